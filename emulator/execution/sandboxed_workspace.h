#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "emulator/base/event.h"
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
  boost::asio::awaitable<void> kill_kernel(Kernel kernel) override;
  [[nodiscard]] int data_directory() const override { return data_directory_.get(); }
  [[nodiscard]] bool is_alive() const override;
  boost::asio::awaitable<void> stop() override;

 private:
  SandboxedWorkspace(const SandboxServices& services, std::uint64_t sandbox_id);

  boost::asio::awaitable<Result<void>> make_sandbox();

  const SandboxServices services_;  ///< a copy, because the workspace can outlive its factory
  const std::uint64_t sandbox_id_;
  UniqueFd data_directory_;
  std::array<SandboxedInterpreter, kKernelCount> interpreters_;  ///< indexed by Kernel
  bool stopped_ = false;
};

/// Makes workspaces of one profile. The first workspace defines the profile in the launcher.
///
/// If interpreters are forked, keeps an empty sandbox for the next workspace, since making one
/// takes as long as the fork. The empty sandbox costs some kernel memory and runs the init of its
/// first jail.
class SandboxedWorkspaceFactory final : public WorkspaceFactory {
 public:
  /// `services.zygote` and `services.profile` are derived from the profile.
  SandboxedWorkspaceFactory(SandboxServices services, sandbox::SandboxProfile profile);

  boost::asio::awaitable<Result<std::unique_ptr<Workspace>>> create() override;
  /// Makes the launcher forget the profile. Await it before destroying a factory that made a
  /// workspace.
  boost::asio::awaitable<void> stop() override;

 private:
  boost::asio::awaitable<Result<void>> define_profile();
  void keep_spare();
  boost::asio::awaitable<void> make_spare();

  SandboxServices services_;
  const sandbox::SandboxProfile profile_;
  SandboxedWorkspace::Pointer spare_;
  bool defining_ = false;
  bool making_spare_ = false;
  bool stopped_ = false;
  Event background_ended_;  ///< a profile was defined, or a spare sandbox made
};

}  // namespace dynsessions::execution
