#pragma once

#include <memory>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/thread_pool.hpp>

#include "emulator/base/clock.h"
#include "emulator/execution/workspace.h"
#include "emulator/pools/pool_definition.h"
#include "emulator/test_double/scripts/script_book.h"

namespace dynsessions::test_double {

/// Parts of the server that scripted answers need; they outlive the workspaces.
struct ScriptServices {
  boost::asio::any_io_executor executor;
  ScriptBook& book;
  Clock& real_time;                     ///< of delays
  boost::asio::thread_pool& file_pool;  ///< reads long texts for recordings
};

/// Workspaces of one pool. Scripts of the book answer executions if a rule matches, and executions
/// are recorded if a recording has been started. If the book is idle, an execution costs one
/// additional call.
class ScriptingWorkspaces final : public execution::WorkspaceFactory {
 public:
  /// `inner` makes the workspaces that run programs that no rule answers.
  ScriptingWorkspaces(ScriptServices services, pools::PoolName pool,
                      std::shared_ptr<execution::WorkspaceFactory> inner)
      : services_(std::move(services)), pool_(std::move(pool)), inner_(std::move(inner)) {}

  boost::asio::awaitable<Result<std::unique_ptr<execution::Workspace>>> create() override;
  boost::asio::awaitable<void> first_attempt() override { return inner_->first_attempt(); }
  [[nodiscard]] execution::Readiness readiness() const override { return inner_->readiness(); }
  boost::asio::awaitable<void> stop() override { return inner_->stop(); }

 private:
  const ScriptServices services_;
  const pools::PoolName pool_;
  const std::shared_ptr<execution::WorkspaceFactory> inner_;  ///< shared with other pools
};

/// The answers of a server that has only scripts: programs without a rule are refused. Saving and
/// restoring variables fails.
[[nodiscard]] boost::asio::awaitable<Result<execution::ExecutionResult>> refuse_unscripted(
    execution::ExecutionRequest request);

}  // namespace dynsessions::test_double
