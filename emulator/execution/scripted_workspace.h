#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include "emulator/execution/workspace.h"
#include "sandbox/base/unique_fd.h"

namespace dynsessions::execution {

/// Answers by a script instead of Python: for tests, and for people who want canned answers. Files
/// are real: they are in a temporary directory, which is removed with the workspace.
class ScriptedWorkspace final : public Workspace {
 public:
  /// Answers a program; can wait.
  using Script = std::function<boost::asio::awaitable<Result<ExecutionResult>>(ExecutionRequest)>;

  /// Throws std::system_error if no temporary directory can be made. stop() removes the directory
  /// on `file_pool`, which outlives this; if that is null, stop() blocks.
  explicit ScriptedWorkspace(Script script, boost::asio::thread_pool* file_pool = nullptr);
  ~ScriptedWorkspace() override;

  boost::asio::awaitable<Result<ExecutionResult>> execute(ExecutionRequest request) override;
  /// Does nothing: a script has no interpreter.
  boost::asio::awaitable<void> kill_kernel(Kernel) override { co_return; }
  [[nodiscard]] int data_directory() const override { return data_directory_.get(); }
  [[nodiscard]] bool is_alive() const override { return true; }
  boost::asio::awaitable<void> stop() override;

 private:
  void remove_files() noexcept;

  const Script script_;
  boost::asio::thread_pool* const file_pool_;
  std::string path_;
  UniqueFd data_directory_;
};

class ScriptedWorkspaceFactory final : public WorkspaceFactory {
 public:
  /// `file_pool` as for ScriptedWorkspace.
  explicit ScriptedWorkspaceFactory(ScriptedWorkspace::Script script,
                                    boost::asio::thread_pool* file_pool = nullptr)
      : script_(std::move(script)), file_pool_(file_pool) {}
  boost::asio::awaitable<Result<std::unique_ptr<Workspace>>> create() override;

 private:
  const ScriptedWorkspace::Script script_;
  boost::asio::thread_pool* const file_pool_;
};

}  // namespace dynsessions::execution
