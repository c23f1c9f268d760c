#pragma once

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include "emulator/app/announcer.h"
#include "emulator/app/https_setup.h"
#include "emulator/app/package_updates.h"
#include "emulator/app/pool_factory.h"
#include "emulator/app/session_packages.h"
#include "emulator/app/session_python.h"
#include "emulator/app/tier_choice.h"
#include "emulator/base/adjustable_clock.h"
#include "emulator/base/id_source.h"
#include "emulator/config/config.h"
#include "emulator/execution/launcher_client.h"
#include "emulator/net/server.h"
#include "emulator/observability/loop_lag.h"
#include "emulator/observability/metrics.h"
#include "emulator/observability/request_log.h"
#include "emulator/pools/pool_catalog.h"
#include "emulator/surfaces/admin/admin_api.h"
#include "emulator/surfaces/control_plane/control_plane.h"
#include "emulator/surfaces/data_plane/data_plane.h"
#include "emulator/surfaces/identity/identity_surface.h"
#include "emulator/surfaces/shared_port.h"
#include "emulator/template_files/template_files.h"
#include "emulator/test_double/deterministic/repeatable_requests.h"
#include "emulator/test_double/faults/fault_filter.h"
#include "emulator/test_double/journal/journal_recorder.h"

namespace dynsessions {

/// Results of the steps of `serve` that must be done before the program has threads.
struct Preparation {
  std::optional<TierChoice> tier;                   ///< nullopt: answers come from scripts alone
  std::filesystem::path font_set;                   ///< returned by prepare_fonts()
  SessionPackages packages;                         ///< returned by use_session_packages()
  std::vector<template_files::Document> documents;  ///< content of --pools-file
};

/// The running emulator: the one place where concrete types meet. A member only refers to members
/// declared before it, because they are destroyed in reverse order.
class App {
 public:
  /// Starts the launcher before any thread and any listener exists. Without a tier there is no
  /// launcher. `config`, `ready_file` and `outputs` outlive this. Throws config::ConfigError if the
  /// file of --script cannot be used.
  App(const config::Config& config, Preparation prepared,
      const runtimes::Installation& installation, ReadyFile& ready_file, const Outputs& outputs);
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  /// Serves until SIGTERM, SIGINT or SIGHUP (unless that is ignored, as by nohup), then drains; a
  /// second signal ends it at once. Throws EngineUnavailable, PortInUse or config::ConfigError if
  /// it cannot start, and std::runtime_error if its launcher exits: nothing can run then.
  void run();

 private:
  boost::asio::awaitable<void> serve();
  boost::asio::awaitable<void> await_launcher();
  /// Resolves when no session can be allocated any more.
  boost::asio::awaitable<void> launcher_lost();
  /// Throws config::ConfigError, which names pool and member, if a definition cannot be used.
  void declare_pools();
  /// Deploys --pools-file. Throws config::ConfigError with the reason if it cannot be used.
  boost::asio::awaitable<void> deploy_pools_file();
  /// Makes the sessions of --seed. Throws config::ConfigError if it cannot be used.
  boost::asio::awaitable<void> plant_seed();
  void listen();
  void bind_ports();
  void set_up_tls();
  void set_up_state();
  [[nodiscard]] Announcement announcement() const;
  boost::asio::awaitable<void> announce_and_wait_for_end();
  boost::asio::awaitable<void> stop();
  boost::asio::awaitable<void> drain_clients();

  /// Lets later sessions have the packages of the layer (PackageUpdates::Use).
  boost::asio::awaitable<Result<void>> use_packages(std::optional<packages::KeptLayer> layer);
  boost::asio::awaitable<std::vector<surfaces::admin::Component>> health();

  [[nodiscard]] unsigned https_port() const;  ///< 0: HTTPS is off, or not bound yet
  [[nodiscard]] surfaces::control_plane::Services control_plane_services();
  /// Handles the requests of the http and https ports.
  [[nodiscard]] http::Handler& front();
  [[nodiscard]] std::string pool_management_endpoint() const;
  /// Pools of the configuration that still exist. The default pool cannot be deleted.
  [[nodiscard]] std::vector<pools::Pool*> declared_pools() const;
  [[nodiscard]] pools::Pool& default_pool() const;
  /// Functions that make a listener for the sessions of a pool.
  [[nodiscard]] std::vector<PoolFactory::MakeListener> session_listeners();
  [[nodiscard]] observability::Occupancy occupancy() const;

  const config::Config& config_;
  const std::optional<TierChoice> tier_;                   ///< nullopt: scripts alone
  const std::vector<template_files::Document> documents_;  ///< content of --pools-file
  const Outputs& outputs_;
  const runtimes::Installation installation_;
  const config::Config base_;  ///< the settings, whose Python has no added packages
  boost::asio::io_context loop_;
  SteadyClock real_time_;
  execution::LauncherClient launcher_;
  boost::asio::thread_pool file_pool_;
  IdSource ids_;
  SystemClock system_clock_;
  AdjustableClock clock_;
  Announcer announcer_;
  const execution::Spool spool_;
  const std::filesystem::path font_set_;
  std::shared_ptr<const SessionPython> python_;  ///< Python of new sessions; null: scripts alone
  test_double::ScriptBook scripts_;
  observability::RequestLog request_log_;
  observability::Metrics metrics_;
  observability::LoopLag loop_lag_;
  test_double::EventFeed events_;
  test_double::SlotHistory slots_;
  PoolFactory pool_factory_;
  pools::PoolCatalog pools_;
  PackageUpdates package_updates_;
  std::vector<pools::PoolName> declared_;  ///< the default pool first
  auth::SigningKeys keys_;
  test_double::FaultBook faults_;
  test_double::FaultFilter fault_filter_;
  test_double::Journal journal_;
  test_double::JournalRecorder recorder_;
  surfaces::control_plane::ResourceStore resources_;
  surfaces::control_plane::LongRunningOperations arm_operations_;
  surfaces::data_plane::DataPlane data_plane_;
  surfaces::identity::IdentitySurface identity_;
  surfaces::control_plane::ControlPlane control_plane_;
  surfaces::SharedPort service_;                               ///< all that Azure would serve
  std::optional<test_double::RepeatableRequests> repeatable_;  ///< only with --deterministic
  const std::string admin_token_;  ///< token that the admin API demands; empty: none
  surfaces::admin::AdminApi admin_;
  net::HttpServer server_;
  std::optional<HttpsSetup> https_;              ///< made when the ports are bound
  std::optional<net::HttpServer> https_server_;  ///< the same surfaces as server_
  net::HttpServer admin_server_;
};

}  // namespace dynsessions
