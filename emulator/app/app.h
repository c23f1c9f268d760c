#pragma once

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include "emulator/app/https_setup.h"
#include "emulator/app/launch_plan.h"
#include "emulator/app/tier_choice.h"
#include "emulator/base/clock.h"
#include "emulator/config/config.h"
#include "emulator/execution/launcher_client.h"
#include "emulator/execution/ready_workspaces.h"
#include "emulator/execution/sandboxed_workspace.h"
#include "emulator/net/server.h"
#include "emulator/observability/request_log.h"
#include "emulator/observability/session_log.h"
#include "emulator/pools/pool_catalog.h"
#include "emulator/surfaces/admin/admin_api.h"
#include "emulator/surfaces/data_plane/data_plane.h"

namespace dynsessions {

/// A port that somebody else has.
class PortInUse : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The running emulator: the one place where concrete types meet. Members stand in the order in
/// which they may know each other; they are destroyed in the opposite one.
class App {
 public:
  /// Starts the launcher, before any thread and any listener exists.
  App(const config::Config& config, TierChoice tier, const Installation& installation,
      std::optional<HttpsSetup> https);
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  /// Serves until SIGTERM or SIGINT, then drains; a second signal ends it at once. Throws
  /// EngineUnavailable or PortInUse when it cannot begin, and std::runtime_error when its launcher
  /// has ended: nothing can run then.
  void run();

 private:
  boost::asio::awaitable<void> serve();
  boost::asio::awaitable<void> await_launcher();
  void listen();
  void announce() const;
  boost::asio::awaitable<void> announce_and_wait_for_end();
  boost::asio::awaitable<void> stop();
  boost::asio::awaitable<void> drain_clients();

  [[nodiscard]] std::string pool_management_endpoint() const;
  [[nodiscard]] std::string pool_description() const;
  [[nodiscard]] std::string describe_limits() const;
  [[nodiscard]] std::vector<surfaces::admin::Component> health() const;
  [[nodiscard]] std::unique_ptr<pools::SessionPool> make_pool(const pools::PoolName& name);

  const config::Config& config_;
  const TierChoice tier_;
  boost::asio::io_context loop_;
  execution::LauncherClient launcher_;
  boost::asio::thread_pool file_pool_;
  SystemClock clock_;
  SteadyClock real_time_;
  execution::SandboxedWorkspaceFactory sandboxed_;
  execution::ReadyWorkspaces workspaces_;
  std::list<observability::SessionLog> session_logs_;  ///< of the pools; outlives them
  observability::RequestLog request_log_;
  pools::PoolCatalog pools_;
  surfaces::data_plane::DataPlane surface_;
  surfaces::admin::AdminApi admin_;
  net::HttpServer server_;
  std::optional<HttpsSetup> https_;
  std::optional<net::HttpServer> https_server_;  ///< the same surface as server_
  net::HttpServer admin_server_;
};

}  // namespace dynsessions
