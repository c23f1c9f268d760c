#include "emulator/app/app.h"

#include <algorithm>
#include <csignal>
#include <exception>
#include <filesystem>
#include <utility>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "emulator/app/descriptors.h"
#include "emulator/app/document_deployment.h"
#include "emulator/app/engine_settings.h"
#include "emulator/app/health.h"
#include "emulator/app/ports.h"
#include "emulator/app/script_file.h"
#include "emulator/app/seed.h"
#include "emulator/app/surface_settings.h"
#include "emulator/base/event.h"
#include "emulator/base/spawn.h"
#include "emulator/base/spdlog.h"
#include "emulator/config/pool_list.h"
#include "emulator/observability/session_log.h"
#include "emulator/surfaces/data_plane/api_version.h"

namespace dynsessions {
namespace asio = boost::asio;

namespace {

constexpr std::size_t kFileThreads = 2;
/// Time for all sessions to end after the drain period. Remaining sessions end with the launcher.
constexpr std::chrono::seconds kEndOfSessions{10};
constexpr std::size_t kMegabyte = std::size_t{1} << 20;

/// The time at which clocks stand still with --deterministic; nullopt without it.
std::optional<Clock::TimePoint> frozen_start(const config::Config& config) {
  if (!config.host.deterministic) return std::nullopt;
  return std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);
}

/// Starts the launcher if there is a tier. Returns the number of threads for file work, so that it
/// can be called before they exist.
std::size_t start_launcher(execution::LauncherClient& launcher, const config::Config& config,
                           const std::optional<TierChoice>& tier,
                           const runtimes::Installation& installation) {
  if (tier) launcher.start(installation.launcher.string(), launcher_spec(config.host, tier->tier));
  return kFileThreads;
}

std::string descriptor_warning(const config::Config& config) {
  const DescriptorShortage shortage =
      descriptor_shortage(descriptor_limit(), most_sessions(config));
  return shortage.finding.empty() ? "" : shortage.finding + ": " + shortage.cure;
}

/// `nohup` and the like start programs that must outlive their terminal.
bool is_ignored(int signal) {
  struct sigaction action {};
  return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

App::App(const config::Config& config, Preparation prepared,
         const runtimes::Installation& installation, ReadyFile& ready_file, const Outputs& outputs)
    : config_(config),
      tier_(std::move(prepared.tier)),
      documents_(std::move(prepared.documents)),
      outputs_(outputs),
      installation_(installation),
      base_(tier_ ? std::move(prepared.packages.base) : config),
      loop_(1),
      real_time_(loop_.get_executor()),
      launcher_(loop_.get_executor(), real_time_),
      file_pool_(start_launcher(launcher_, config, tier_, installation)),
      ids_(config.host.deterministic),
      system_clock_(loop_.get_executor()),
      clock_(system_clock_, frozen_start(config)),
      announcer_(loop_.get_executor(), config.server, ready_file, outputs),
      spool_(file_pool_),
      font_set_(std::move(prepared.font_set)),
      python_(make_session_python(base_.host, tier_, font_set_, installation,
                                  std::move(prepared.packages.layer))),
      scripts_(read_script_file(config.server.script)),
      metrics_({DYNSESSIONS_VERSION, surfaces::data_plane::version_names()}),
      loop_lag_(real_time_, [this](auto lag) { metrics_.event_loop_lagged(lag); }),
      pool_factory_({loop_.get_executor(), launcher_, ids_, clock_, real_time_, spool_,
                     runtime_of(python_), scripts_, session_listeners()},
                    config.pool),
      pools_(
          config.pool, clock_,
          [this](const pools::PoolDefinition& definition, pools::PoolCatalog::Origin origin) {
            return pool_factory_.make_parts(definition, origin);
          },
          config.server.undeclared_pools),
      package_updates_(
          {loop_.get_executor(), real_time_, file_pool_, installation_,
           [this](std::optional<packages::KeptLayer> layer) {
             return use_packages(std::move(layer));
           }},
          base_, python_ && python_->layer ? python_->layer->prefix : std::filesystem::path()),
      faults_(fault_context()),
      fault_filter_(faults_, pools_, {file_pool_, real_time_}, !config.server.exact),
      journal_(config.server.journal_mb * kMegabyte),
      recorder_(journal_, pools_,
                config.server.journal_bodies ? test_double::JournalRecorder::Bodies::kept
                                             : test_double::JournalRecorder::Bodies::left_out),
      resources_(pools_, {.exact = config.server.exact, .tenant = config.identity.tenant}),
      data_plane_({pools_, file_pool_, ids_,
                   [this] { return python_ ? python_->prefix : std::filesystem::path(); },
                   packages::read_package_list(installation.agent), add_command(config),
                   counts_uploads(tier_), config.host.deterministic.has_value()},
                  data_plane_settings(config, tier_, keys_, resources_, recorder_, fault_filter_)),
      identity_({clock_, keys_, file_pool_, config.identity},
                surfaces::RequestGuard(allowed_hosts(config)), {&recorder_}, {&fault_filter_}),
      control_plane_(control_plane_services(), surfaces::RequestGuard(allowed_hosts(config)),
                     {&recorder_}, {&fault_filter_}),
      service_({&identity_, &control_plane_}, data_plane_),
      admin_token_(admin_token_for(config.server)),
      admin_({DYNSESSIONS_VERSION, [this] { return health(); },
              [this] { return event_line("ready", announcement()); },
              [this] { return metrics_.text(occupancy()); }, pools_, faults_, journal_, scripts_,
              events_, slots_, keys_, config.identity, file_pool_,
              [this] { return package_updates_.report(); },
              [this] { return package_updates_.reload(); }},
             surfaces::RequestGuard(allowed_hosts(config)), admin_token_),
      server_(loop_.get_executor(), real_time_, file_pool_, front(),
              server_limits(descriptor_limit()), nullptr, {&request_log_, &metrics_, &recorder_}),
      admin_server_(loop_.get_executor(), real_time_, file_pool_, admin_,
                    server_limits(descriptor_limit()), nullptr, {&request_log_, &metrics_}) {
  if (!config.server.https_port) return;
  https_server_.emplace(loop_.get_executor(), real_time_, file_pool_, front(),
                        server_limits(descriptor_limit()), nullptr,
                        std::vector<http::ExchangeObserver*>{&request_log_, &metrics_, &recorder_});
}

http::Handler& App::front() {
  if (!config_.host.deterministic) return service_;
  if (!repeatable_) repeatable_.emplace(ids_, service_);
  return *repeatable_;
}

void App::run() {
  outputs_.out->write_in_background();
  outputs_.error->write_in_background();
  std::exception_ptr failure;
  spawn(loop_.get_executor(), serve(),
        [&failure](const std::exception_ptr& exception) { failure = exception; });
  loop_.run();
  file_pool_.join();
  if (failure) std::rethrow_exception(failure);
}

asio::awaitable<void> App::serve() {
  std::exception_ptr failure;
  try {
    co_await await_launcher();
    declare_pools();
    co_await deploy_pools_file();
    co_await plant_seed();
    listen();
    co_await announce_and_wait_for_end();
  } catch (...) {
    failure = std::current_exception();
  }
  co_await stop();
  if (failure) std::rethrow_exception(failure);
}

asio::awaitable<void> App::await_launcher() {
  if (!tier_) co_return;
  auto ready = co_await launcher_.ready();
  if (!ready) throw runtimes::EngineUnavailable(ready.error().message);
}

asio::awaitable<void> App::launcher_lost() {
  if (tier_) co_return co_await launcher_.lost_for_good();
  Event never(loop_.get_executor());
  co_await never.wait();  // the wait ends only by cancellation
}

void App::declare_pools() {
  for (const pools::PoolDefinition& definition : config::declared_pools(config_)) {
    const auto declared = pools_.put(definition);
    if (!declared) {
      throw config::ConfigError("pool `" + definition.id.name + "`, " + declared.error().message +
                                "; " + declared.error().reason);
    }
    declared_.push_back(definition.id);
  }
}

asio::awaitable<void> App::deploy_pools_file() {
  const surfaces::control_plane::Services services = control_plane_services();
  const surfaces::control_plane::Caller caller{.arm = "", .user = "--pools-file"};
  for (const template_files::Document& document : documents_) {
    const auto deployed = co_await deploy_document(services, caller, document, config_.pool.id);
    if (!deployed) {
      throw config::ConfigError("--pools-file: `" + document.path +
                                "`: " + deployed.error().message);
    }
  }
  for (pools::Pool* const pool : pools_.all()) {
    const pools::PoolName& id = pool->definition().id;
    const bool is_known =
        std::any_of(declared_.begin(), declared_.end(),
                    [&id](const pools::PoolName& known) { return known.key() == id.key(); });
    if (pool->is_declared() && !is_known) declared_.push_back(id);
  }
}

asio::awaitable<void> App::plant_seed() {
  if (config_.server.seed.empty()) co_return;
  test_double::SnapshotServices services{pools_,   faults_,    scripts_,
                                         journal_, file_pool_, DYNSESSIONS_VERSION};
  co_await dynsessions::plant_seed(config_.server.seed, std::move(services));
}

std::vector<pools::Pool*> App::declared_pools() const {
  std::vector<pools::Pool*> declared;
  for (const pools::PoolName& name : declared_) {
    if (pools::Pool* const pool = pools_.find(name)) declared.push_back(pool);
  }
  return declared;
}

pools::Pool& App::default_pool() const { return *pools_.find(declared_.front()); }

std::vector<PoolFactory::MakeListener> App::session_listeners() {
  return {[](const pools::PoolName& pool, const Clock& clock) {
            return std::make_unique<observability::SessionLog>(clock, pool.name);
          },
          [this](const pools::PoolName&, const Clock&) { return metrics_.for_sessions(); },
          [this](const pools::PoolName& pool, const Clock& clock) {
            return events_.for_sessions(pool, clock);
          },
          [this](const pools::PoolName& pool, const Clock& clock) {
            return slots_.for_sessions(pool, clock);
          }};
}

observability::Occupancy App::occupancy() const {
  observability::Occupancy now{.ready = pool_factory_.ready_sessions()};
  for (pools::Pool* const pool : pools_.all()) {
    for (const pools::SessionInfo& session : pool->sessions().list()) {
      const bool is_made = session.state != pools::SessionState::allocating;
      ++(!is_made ? now.allocating : session.calls > 0 ? now.busy : now.idle);
    }
  }
  return now;
}

void App::listen() {
  bind_ports();
  set_up_tls();
  set_up_state();
  loop_lag_.start();
  server_.start();
  if (https_server_) https_server_->start();
  admin_server_.start();
  package_updates_.start();
}

void App::bind_ports() {
  listen_on(server_, config_.server.listen, config_.server.port, "--port");
  if (https_server_)
    listen_on(*https_server_, config_.server.listen, *config_.server.https_port, "--https-port");
  listen_on(admin_server_, config_.server.listen, config_.server.admin_port, "--admin-port");
}

/// Called after the ports are bound, so that a server whose ports are taken does not touch the
/// authority.
void App::set_up_tls() {
  auto https = set_up_https(config_, config::process_environment, system_clock_.now());
  if (!https) return;
  https_.emplace(*std::move(https));
  https_server_->use(https_->context);
}

void App::set_up_state() {
  if (https_) return keys_.keep_in(https_->state.path());
  const auto directory = state_directory(config_, config::process_environment);
  if (directory) keys_.keep_in(*directory);
}

unsigned App::https_port() const {
  return https_server_ ? https_server_->local_endpoint().port() : 0;
}

surfaces::control_plane::Services App::control_plane_services() {
  using surfaces::control_plane::OperationStyle;
  const bool polled = config_.server.arm_operations == config::ArmOperations::long_running;
  return {.store = resources_,
          .operations = arm_operations_,
          .identity = config_.identity,
          .file_pool = file_pool_,
          .keys = &keys_,
          .style = polled ? OperationStyle::long_running : OperationStyle::as_azure,
          .own_headers = !config_.server.exact,
          .https_port = [this] { return https_port(); }};
}

std::string App::pool_management_endpoint() const {
  return url_of(server_) + config_.pool.id.path();
}

Announcement App::announcement() const {
  return {
      .http = url_of(server_),
      .https = https_server_ ? https_url_of(*https_server_) : "",
      .authority_file = https_ ? https_->authority_file.string() : "",
      .admin = url_of(admin_server_),
      .admin_token = admin_token_,
      .pool_management_endpoint = pool_management_endpoint(),
      .identity_endpoint = url_of(server_) + "/msi/token",
      .arm = https_server_ ? https_url_of(*https_server_) : "",
      .tenant = config_.identity.tenant,
      .pool_name = config_.pool.id,
      .pool = description_of(declared_pools()),
      .sandbox = sandbox_description(tier_),
      .limits = tier_ ? sandbox::summary(launcher_.limits()) : "only of uploads",
      .warning = tier_ ? warning_of(*tier_) : "",
      .descriptors = descriptor_warning(config_),
      .auth = default_pool().definition().auth,
      .listen = config_.server.listen,
      .failure = "",
  };
}

asio::awaitable<void> App::announce_and_wait_for_end() {
  using asio::experimental::awaitable_operators::operator||;
  // Installed before the announcement, because a reader of its lines can send a signal at once.
  asio::signal_set signals(loop_, SIGTERM, SIGINT);
  if (!is_ignored(SIGHUP)) signals.add(SIGHUP);
  Announcement at_start = announcement();
  co_await announcer_.announce_listening(std::move(at_start));
  auto signal_before_ready = signals.async_wait(asio::use_awaitable);
  auto first = co_await (std::move(signal_before_ready) || launcher_lost() ||
                         default_pool().first_attempt());
  std::size_t what_ended_it = first.index();
  if (what_ended_it == 2) {
    Announcement facts = announcement();
    if (const auto& failure = default_pool().readiness().failure) facts.failure = failure->message;
    co_await announcer_.announce_ready(std::move(facts));
    auto signal = signals.async_wait(asio::use_awaitable);
    const auto end = co_await (std::move(signal) || launcher_lost());
    what_ended_it = end.index();
  }
  // Exits, so that a service manager can start a new server: this one could only refuse requests.
  if (what_ended_it == 1) throw std::runtime_error("the sandbox launcher has ended");
  spdlog::info("stopping; requests under way may take {} s more",
               config_.server.drain_period.count());
}

asio::awaitable<void> App::stop() {
  announcer_.withdraw();
  // From here on a second signal has its default effect and ends the process; the launcher notices
  // that and ends every sandbox.
  using asio::experimental::awaitable_operators::operator&&;
  co_await (drain_clients() && package_updates_.stop());
  {
    auto give_up = [this] {
      spdlog::error("sessions did not end in {} s; the launcher ends with them",
                    kEndOfSessions.count());
      launcher_.hang_up();
    };
    const ScopedTimer timer(real_time_, real_time_.now() + kEndOfSessions, give_up);
    co_await pools_.stop();
    co_await pool_factory_.stop();
  }
  co_await admin_server_.drain(std::chrono::seconds(1));
  co_await launcher_.stop();
  loop_lag_.stop();
}

asio::awaitable<void> App::drain_clients() {
  using asio::experimental::awaitable_operators::operator&&;
  if (!https_server_) {
    co_await server_.drain(config_.server.drain_period);
  } else {
    co_await (server_.drain(config_.server.drain_period) &&
              https_server_->drain(config_.server.drain_period));
  }
}

asio::awaitable<Result<void>> App::use_packages(std::optional<packages::KeptLayer> layer) {
  std::shared_ptr<const SessionPython> python;
  try {
    python = make_session_python(base_.host, tier_, font_set_, installation_, std::move(layer));
  } catch (const runtimes::EngineUnavailable& error) {
    co_return Error{ErrorCode::sandbox_unavailable, error.what(), {}, {}};
  }
  const auto profile = python->runtime.profile_for(config_.pool);
  if (!profile) co_return profile.error();
  if (auto closed = closed_to_users(tier_->tier, *profile)) co_return *std::move(closed);
  const Result<void> changed = co_await pool_factory_.change_python(runtime_of(python), pools_);
  if (changed) python_ = std::move(python);
  co_return changed;
}

asio::awaitable<std::vector<surfaces::admin::Component>> App::health() {
  std::vector<surfaces::admin::Component> all =
      co_await components(launcher_, tier_, declared_pools());
  if (tier_) all.push_back(package_component(package_updates_.report()));
  co_return all;
}

}  // namespace dynsessions
