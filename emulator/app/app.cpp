#include "emulator/app/app.h"

#include <cstdio>
#include <exception>
#include <sstream>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

#include "emulator/app/announcement.h"

namespace dynsessions {
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::size_t kFileThreads = 2;

/// The address that people were told to use is one of our names, whatever it is.
std::vector<std::string> allowed_hosts(const config::Config& config) {
  std::vector<std::string> hosts = config.allowed_hosts;
  const auto address = asio::ip::make_address(config.listen);
  if (!address.is_unspecified()) hosts.push_back(config.listen);
  for (const tls::Name& name : config.tls_names) hosts.push_back(name.text());
  return hosts;
}

surfaces::data_plane::DataPlaneSettings surface_settings(const config::Config& config,
                                                         const TierChoice& tier) {
  return {.default_pool = {config.subscription, config.resource_group, config.name},
          .token_policy = {config.auth, config.executors, config.role_missing},
          .allowed_hosts = allowed_hosts(config),
          .own_headers = !config.exact,
          .warning = warning_of(tier),
          .choices = config.choices};
}

/// Only the full tier has a file system that keeps it.
std::optional<workspace_files::Quota> upload_quota(const config::Config& config,
                                                   sandbox::Tier tier) {
  if (tier == sandbox::Tier::full) return std::nullopt;
  return workspace_files::Quota{config.data_quota_mb << 20, config.max_files};
}

void listen_on(net::HttpServer& server, const std::string& address, std::uint16_t port,
               const char* flag) {
  try {
    server.listen(tcp::endpoint(asio::ip::make_address(address), port));
  } catch (const boost::system::system_error& error) {
    if (error.code() == asio::error::address_in_use) {
      throw PortInUse("port " + std::to_string(port) + " of " + address + " is in use; choose " +
                      "another with " + flag + ", or 0 for a free one");
    }
    throw config::ConfigError("--listen: cannot listen on port " + std::to_string(port) + " of `" +
                              address + "`: " + error.code().message());
  }
}

/// Where this machine reaches the server: nobody can connect to 0.0.0.0 or [::] as such.
std::string url_of(const net::HttpServer& server) {
  tcp::endpoint endpoint = server.local_endpoint();
  if (endpoint.address().is_unspecified()) {
    const bool v4 = endpoint.address().is_v4();
    endpoint.address(v4 ? asio::ip::address(asio::ip::address_v4::loopback())
                        : asio::ip::address(asio::ip::address_v6::loopback()));
  }
  std::ostringstream url;
  url << "http://" << endpoint;
  return url.str();
}

/// A name that the certificate has.
std::string https_url_of(const net::HttpServer& server) {
  const tcp::endpoint endpoint = server.local_endpoint();
  const auto address = endpoint.address();
  std::ostringstream url;
  if (address.is_loopback() || address.is_unspecified()) {
    url << "https://localhost:" << endpoint.port();
  } else {
    url << "https://" << endpoint;
  }
  return url.str();
}

}  // namespace

App::App(const config::Config& config, TierChoice tier, const Installation& installation,
         std::optional<HttpsSetup> https)
    : config_(config),
      tier_(std::move(tier)),
      loop_(1),
      launcher_((loop_.get_executor())),
      file_pool_((launcher_.start(installation.launcher.string(),
                                  launch_spec_for(config, installation, tier_.tier)),
                  kFileThreads)),
      clock_(loop_.get_executor()),
      real_time_(loop_.get_executor()),
      sandboxed_({loop_.get_executor(),
                  launcher_,
                  clock_,
                  real_time_,
                  {},
                  has_zygote(config, tier_.tier)}),
      workspaces_(loop_.get_executor(), sandboxed_, real_time_, config.ready_sessions),
      pools_([this](const pools::PoolName& name) { return make_pool(name); }),
      surface_({clock_, pools_, file_pool_,
                session_python(config, installation).parent_path().parent_path(),
                upload_quota(config, tier_.tier)},
               surface_settings(config, tier_)),
      admin_(
          DYNSESSIONS_VERSION, [this] { return health(); },
          surfaces::RequestGuard(allowed_hosts(config))),
      server_(loop_.get_executor(), file_pool_, surface_, {}, nullptr, {&request_log_}),
      https_(std::move(https)),
      admin_server_(loop_.get_executor(), file_pool_, admin_, {}, nullptr, {&request_log_}) {
  if (!https_) return;
  https_server_.emplace(loop_.get_executor(), file_pool_, surface_, net::ServerLimits{},
                        &https_->context, std::vector<http::ExchangeObserver*>{&request_log_});
}

void App::run() {
  std::exception_ptr failure;
  asio::co_spawn(loop_, serve(),
                 [&failure](std::exception_ptr exception) { failure = std::move(exception); });
  loop_.run();
  file_pool_.join();
  if (failure) std::rethrow_exception(failure);
}

asio::awaitable<void> App::serve() {
  std::exception_ptr failure;
  try {
    co_await await_launcher();
    listen();
    workspaces_.start();
    co_await announce_and_wait_for_end();
  } catch (...) {
    failure = std::current_exception();
  }
  co_await stop();
  if (failure) std::rethrow_exception(failure);
}

asio::awaitable<void> App::await_launcher() {
  auto ready = co_await launcher_.ready();
  if (!ready) throw EngineUnavailable(ready.error().message);
}

void App::listen() {
  listen_on(server_, config_.listen, config_.port, "--port");
  if (https_server_) listen_on(*https_server_, config_.listen, *config_.https_port, "--https-port");
  listen_on(admin_server_, config_.listen, config_.admin_port, "--admin-port");
  server_.start();
  if (https_server_) https_server_->start();
  admin_server_.start();
}

std::string App::pool_management_endpoint() const {
  return url_of(server_) + "/subscriptions/" + config_.subscription + "/resourceGroups/" +
         config_.resource_group + "/sessionPools/" + config_.name;
}

std::string App::pool_description() const {
  return config_.container_type + " in " + config_.location + ", " +
         name_of(config_.network_status) + ", at most " + std::to_string(config_.max_sessions) +
         " sessions, cooldown " + std::to_string(config_.cooldown_period.count()) + " s";
}

void App::announce() const {
  const Announcement announcement{
      .http = url_of(server_),
      .https = https_server_ ? https_url_of(*https_server_) : "",
      .authority_file = https_ ? https_->authority_file.string() : "",
      .admin = url_of(admin_server_),
      .pool_management_endpoint = pool_management_endpoint(),
      .pool = pool_description(),
      .sandbox = description_of(tier_),
      .limits = sandbox::summary(launcher_.limits()),
      .warning = warning_of(tier_),
      .auth = config_.auth,
      .listen = config_.listen,
  };
  std::fputs(banner(announcement).c_str(), stderr);
  print_ready_line(announcement, config_.ready_file);
}

asio::awaitable<void> App::announce_and_wait_for_end() {
  using asio::experimental::awaitable_operators::operator||;
  // Before the announcement: whoever reads the ready line may send a signal at once.
  asio::signal_set signals(loop_, SIGTERM, SIGINT);
  announce();
  auto asked_to_stop = signals.async_wait(asio::use_awaitable);
  const auto first = co_await (std::move(asked_to_stop) || launcher_.lost_for_good());
  // Whoever supervises us starts a server that can serve; this one could only refuse.
  if (first.index() == 1) throw std::runtime_error("the sandbox launcher has ended");
  spdlog::info("stopping; requests under way may take {} s more", config_.drain_period.count());
}

asio::awaitable<void> App::stop() {
  // A second signal finds no handler of ours and ends the process; the launcher notices and ends
  // every sandbox.
  co_await drain_clients();
  co_await pools_.stop();
  co_await workspaces_.stop();
  co_await admin_server_.drain(std::chrono::seconds(1));
  co_await launcher_.stop();
}

asio::awaitable<void> App::drain_clients() {
  using asio::experimental::awaitable_operators::operator&&;
  if (!https_server_) {
    co_await server_.drain(config_.drain_period);
  } else {
    co_await (server_.drain(config_.drain_period) && https_server_->drain(config_.drain_period));
  }
}

std::vector<surfaces::admin::Component> App::health() const {
  using surfaces::admin::Component;
  const bool started = workspaces_.proven();
  std::string interpreter = "Python starts in a sandbox";
  if (const auto& failure = workspaces_.last_failure()) {
    interpreter = failure->message;
  } else if (!started) {
    interpreter = "the first interpreter is starting";
  }
  return {Component{"launcher", launcher_.alive(),
                    launcher_.alive() ? "running" : "the sandbox launcher has ended"},
          Component{"sandbox", true, description_of(tier_)},
          Component{"interpreter", started && !workspaces_.last_failure(), interpreter},
          Component{"limits", true, describe_limits()}};
}

std::string App::describe_limits() const {
  const std::string& obstacle = launcher_.obstacle_to_limits();
  return sandbox::summary(launcher_.limits()) + (obstacle.empty() ? "" : "; " + obstacle);
}

std::unique_ptr<pools::SessionPool> App::make_pool(const pools::PoolName& name) {
  session_logs_.emplace_back(clock_, name.name);
  return std::make_unique<pools::SessionPool>(
      loop_.get_executor(), clock_, workspaces_, session_logs_.back(),
      pools::PoolSettings{config_.max_sessions, config_.cooldown_period});
}

}  // namespace dynsessions
