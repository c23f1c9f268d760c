#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "emulator/base/adjustable_clock.h"
#include "emulator/execution/launcher_client.h"
#include "emulator/execution/ready_workspaces.h"
#include "emulator/execution/timed_semaphore.h"
#include "emulator/pools/pool_catalog.h"
#include "emulator/runtimes/runtime.h"
#include "emulator/test_double/scripts/script_book.h"

namespace dynsessions {

/// Makes the parts of pools: a declared pool gets its own ready sessions, pools made by their first
/// use share those of the default pool. Event-loop thread only; outlives the pools.
class PoolFactory {
 public:
  /// Makes a listener for the sessions of one pool, whose clock outlives it.
  using MakeListener = std::function<std::unique_ptr<pools::SessionEvents>(
      const pools::PoolName& pool, const Clock& clock)>;

  /// Parts that all pools of a server share; they outlive the factory.
  struct Machine {
    boost::asio::any_io_executor executor;
    execution::LauncherClient& launcher;
    IdSource& ids;
    AdjustableClock& clock;  ///< the server's clock; every pool starts with a copy of it
    Clock& real_time;        ///< for timeouts of real processes
    const execution::Spool& spool;
    /// Null: answers come from scripts alone.
    std::shared_ptr<const runtimes::Runtime> python;
    test_double::ScriptBook& scripts;
    std::vector<MakeListener> listeners;  ///< made for the sessions of every pool
  };

  PoolFactory(Machine machine, pools::PoolDefinition default_pool);
  PoolFactory(const PoolFactory&) = delete;
  PoolFactory& operator=(const PoolFactory&) = delete;

  /// Begins to start ready sessions, so the launcher must be ready. `invalid_request` with the
  /// member in `target` if the runtime refuses the definition.
  [[nodiscard]] Result<pools::Pool::Parts> make_parts(const pools::PoolDefinition& definition,
                                                      pools::PoolCatalog::Origin origin);

  /// Later sessions of all pools run `python`; existing sessions do not change. Makes a session of
  /// the default pool first: if that fails, or if the runtime refuses the definition of a pool,
  /// nothing is changed. `pools` has been made with make_parts().
  boost::asio::awaitable<Result<void>> change_python(
      std::shared_ptr<const runtimes::Runtime> python, pools::PoolCatalog& pools);

  /// Sessions of all pools that wait for a client.
  [[nodiscard]] std::size_t ready_sessions() const;

  /// Ends the shared ready sessions. Stop the pools first.
  boost::asio::awaitable<void> stop();

 private:
  using Workspaces = std::shared_ptr<execution::WorkspaceFactory>;
  using Proof = execution::ReadyWorkspaces::Proof;

  [[nodiscard]] Result<Workspaces> make_workspaces(
      const pools::PoolDefinition& definition, Proof proof,
      const std::shared_ptr<const runtimes::Runtime>& python);
  [[nodiscard]] Result<Workspaces> shared_workspaces();
  /// The workspaces of one pool, behind the scripts that can answer instead of them.
  [[nodiscard]] Workspaces with_scripts(const pools::PoolName& pool, Workspaces inner) const;
  [[nodiscard]] std::unique_ptr<pools::SessionEvents> make_events(const pools::PoolName& pool,
                                                                  const Clock& clock) const;

  Machine machine_;
  const pools::PoolDefinition default_pool_;
  execution::TimedSemaphore first_programs_;
  Workspaces shared_;
  std::vector<std::weak_ptr<execution::ReadyWorkspaces>> made_;  ///< owned by their pools
};

}  // namespace dynsessions
