#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "emulator/execution/sandboxed_interpreter.h"
#include "emulator/execution/workspace.h"
#include "sandbox/base/unique_fd.h"

namespace dynsessions::execution {

/// A sandbox with one interpreter per kernel. The interpreter of the synchronous kernel starts with
/// the workspace, the others with their first program.
class SandboxedWorkspace final : public Workspace {
 public:
  using Pointer = std::unique_ptr<SandboxedWorkspace>;

  /// Makes the sandbox and waits until its first interpreter is ready: make(), then start().
  static boost::asio::awaitable<Result<std::unique_ptr<Workspace>>> create(
      const SandboxServices& services);
  static boost::asio::awaitable<Result<Pointer>> make(const SandboxServices& services);
  static boost::asio::awaitable<Result<std::unique_ptr<Workspace>>> start(Pointer workspace);

  ~SandboxedWorkspace() override;
  boost::asio::awaitable<Result<ExecutionResult>> execute(ExecutionRequest request) override;
  [[nodiscard]] int data_directory() const override { return data_directory_.get(); }
  [[nodiscard]] bool is_alive() const override;
  boost::asio::awaitable<void> stop() override;

 private:
  SandboxedWorkspace(const SandboxServices& services, std::uint64_t sandbox_id);

  boost::asio::awaitable<Result<void>> make_sandbox();

  const SandboxServices& services_;
  const std::uint64_t sandbox_id_;
  UniqueFd data_directory_;
  std::array<SandboxedInterpreter, kKernelCount> interpreters_;  ///< by Kernel
  bool stopped_ = false;
};

/// If interpreters are forked, keeps an empty sandbox for the next workspace, since making one
/// takes as long as the fork. The empty sandbox costs some kernel memory and runs the init of its
/// first jail.
class SandboxedWorkspaceFactory final : public WorkspaceFactory {
 public:
  explicit SandboxedWorkspaceFactory(SandboxServices services) : services_(services) {}
  boost::asio::awaitable<Result<std::unique_ptr<Workspace>>> create() override;

  /// Workspaces that are made from now on have this profile. Earlier ones go on, but for the empty
  /// sandbox, which is destroyed.
  void use_profile(ProfileId profile);

 private:
  void keep_spare();
  boost::asio::awaitable<void> make_spare();

  SandboxServices services_;
  SandboxedWorkspace::Pointer spare_;
  bool making_spare_ = false;
};

}  // namespace dynsessions::execution
