#include "emulator/app.h"

#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

#include "emulator/announcement.h"

namespace dynsessions {
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::size_t kFileThreads = 2;

api::SurfaceSettings surface_settings(const config::Config& config) {
  return {.default_pool = {config.subscription, config.resource_group, config.name},
          .token_rule =
              config.auth == config::AuthMode::off ? auth::TokenRule::off : auth::TokenRule::any,
          .explain_refusals = !config.exact};
}

void listen_on(net::HttpServer& server, std::uint16_t port, const char* flag) {
  try {
    server.listen(tcp::endpoint(asio::ip::address_v4::loopback(), port));
  } catch (const boost::system::system_error& error) {
    if (error.code() != asio::error::address_in_use) throw;
    throw PortInUse("port " + std::to_string(port) + " of 127.0.0.1 is in use; choose another " +
                    "with " + flag + ", or 0 for a free one");
  }
}

std::string url_of(const net::HttpServer& server) {
  return "http://127.0.0.1:" + std::to_string(server.local_endpoint().port());
}

}  // namespace

App::App(const config::Config& config, const sandbox::LaunchSpec& spec,
         const Installation& installation)
    : config_(config),
      loop_(1),
      launcher_((loop_.get_executor())),
      file_pool_((launcher_.start(installation.launcher.string(), spec), kFileThreads)),
      clock_(loop_.get_executor()),
      real_time_(loop_.get_executor()),
      sandboxed_({loop_.get_executor(), launcher_, clock_, real_time_, {}}),
      interpreters_(loop_.get_executor(), sandboxed_, real_time_, config.ready_sessions),
      session_log_(clock_),
      pools_([this] { return make_pool(); }),
      surface_({clock_, pools_, file_pool_}, surface_settings(config)),
      admin_(DYNSESSIONS_VERSION, [this] { return health(); }),
      server_(loop_.get_executor(), file_pool_, surface_, {}),
      admin_server_(loop_.get_executor(), file_pool_, admin_, {}) {}

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
    co_await prove_sandbox();
    listen();
    interpreters_.start();
    announce();
    co_await wait_for_stop_signal();
  } catch (...) {
    failure = std::current_exception();
  }
  co_await stop();
  if (failure) std::rethrow_exception(failure);
}

asio::awaitable<void> App::prove_sandbox() {
  auto ready = co_await launcher_.ready();
  if (!ready) throw EngineUnavailable(ready.error().message);
  // The real set-up, once, in a throw-away sandbox: what it says now is true of every session.
  const std::uint64_t id = launcher_.new_sandbox_id();
  auto made = co_await launcher_.request(sandbox::RequestKind::create_sandbox, id);
  if (!made) throw EngineUnavailable(made.error().message);
  launcher_.post(sandbox::RequestKind::destroy_sandbox, id);
}

void App::listen() {
  listen_on(server_, config_.port, "--port");
  listen_on(admin_server_, config_.admin_port, "--admin-port");
  server_.start();
  admin_server_.start();
}

std::string App::pool_management_endpoint() const {
  return url_of(server_) + "/subscriptions/" + config_.subscription + "/resourceGroups/" +
         config_.resource_group + "/sessionPools/" + config_.name;
}

void App::announce() const {
  const Announcement announcement{url_of(server_), url_of(admin_server_),
                                  pool_management_endpoint(), config_.auth};
  print_banner(announcement);
  print_ready_line(announcement, config_.ready_file);
}

asio::awaitable<void> App::wait_for_stop_signal() {
  asio::signal_set signals(loop_, SIGTERM, SIGINT);
  co_await signals.async_wait(asio::use_awaitable);
  spdlog::info("stopping; requests under way may take {} s more", config_.drain_period.count());
}

asio::awaitable<void> App::stop() {
  // A second signal finds no handler of ours and ends the process; the launcher notices and ends
  // every sandbox.
  co_await server_.drain(config_.drain_period);
  co_await pools_.stop();
  co_await interpreters_.stop();
  co_await admin_server_.drain(std::chrono::seconds(1));
  co_await launcher_.stop();
}

std::vector<api::admin::Component> App::health() const {
  using api::admin::Component;
  const bool started = interpreters_.proven();
  std::string interpreter = "Python starts in a sandbox";
  if (const auto& failure = interpreters_.last_failure()) {
    interpreter = failure->message;
  } else if (!started) {
    interpreter = "the first interpreter is starting";
  }
  return {Component{"launcher", launcher_.alive(),
                    launcher_.alive() ? "running" : "the sandbox launcher has ended"},
          Component{"interpreter", started && !interpreters_.last_failure(), interpreter}};
}

std::unique_ptr<sessions::SessionPool> App::make_pool() {
  return std::make_unique<sessions::SessionPool>(
      loop_.get_executor(), clock_, interpreters_, session_log_,
      sessions::PoolSettings{config_.max_sessions, config_.cooldown_period});
}

}  // namespace dynsessions
