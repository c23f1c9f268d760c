#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "emulator/execution/workspace.h"
#include "sandbox/base/unique_fd.h"

namespace dynsessions::execution {

/// Answers by a script instead of Python: for tests, and for people who want canned answers. Files
/// are real: its data directory is a temporary one that goes with it.
class ScriptedWorkspace final : public Workspace {
 public:
  /// What a program gives; may wait.
  using Script = std::function<boost::asio::awaitable<Result<ExecutionResult>>(ExecutionRequest)>;

  /// Throws std::system_error when no temporary directory can be made.
  explicit ScriptedWorkspace(Script script);
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
  std::string path_;
  UniqueFd data_directory_;
};

class ScriptedWorkspaceFactory final : public WorkspaceFactory {
 public:
  explicit ScriptedWorkspaceFactory(ScriptedWorkspace::Script script)
      : script_(std::move(script)) {}
  boost::asio::awaitable<Result<std::unique_ptr<Workspace>>> create() override;

 private:
  const ScriptedWorkspace::Script script_;
};

}  // namespace dynsessions::execution
