#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include "emulator/base/clock.h"
#include "emulator/execution/agent_process.h"
#include "emulator/execution/execution.h"
#include "emulator/execution/launcher_client.h"

namespace dynsessions::execution {

struct InterpreterLimits {
  std::chrono::milliseconds start_deadline{60'000};  ///< an interpreter imports for about a second
  std::chrono::milliseconds interrupt_grace{2'000};  ///< between SIGINT and a new interpreter
  std::size_t output_bytes = std::size_t{16} << 20;  ///< kept per stream and execution
};

/// Services that sandboxed workspaces use; all of them outlive the workspaces.
struct SandboxServices {
  boost::asio::any_io_executor executor;
  LauncherClient& launcher;
  Clock& clock;      ///< the emulator's time: the deadline of a program
  Clock& real_time;  ///< patience with processes
  InterpreterLimits limits;
  bool zygote = false;  ///< the profile has one; see sandbox::SandboxProfile
  ProfileId profile{};  ///< of the sandboxes to make
};

/// One kernel of a sandboxed workspace: an IPython agent in the workspace's sandbox. After a
/// program that did not end in time or took its interpreter down, the next one runs in a new
/// interpreter: files stay, variables go.
class SandboxedInterpreter {
 public:
  /// `kernel` names it within the sandbox. `services` outlive it.
  SandboxedInterpreter(const SandboxServices& services, std::uint64_t sandbox_id, Kernel kernel)
      : services_(services),
        sandbox_id_(sandbox_id),
        id_(static_cast<std::uint32_t>(index_of(kernel))),
        // The empty kernel is to have nothing preloaded.
        start_kind_(services.zygote && kernel != Kernel::empty
                        ? sandbox::RequestKind::fork_interpreter
                        : sandbox::RequestKind::start_interpreter) {}
  SandboxedInterpreter(const SandboxedInterpreter&) = delete;
  SandboxedInterpreter& operator=(const SandboxedInterpreter&) = delete;

  /// Ends what is left of an earlier one, starts one, and waits until it is ready.
  boost::asio::awaitable<Result<void>> start();

  /// As Workspace::execute. Starts an interpreter first if there is none, or if what the last
  /// program left running has ended it meanwhile.
  boost::asio::awaitable<Result<ExecutionResult>> execute(ExecutionRequest request);

  /// False when none was started or when it has ended.
  [[nodiscard]] bool is_alive() const;

  /// Callers that wait in execute() return, and no interpreter is started any more. The processes
  /// end with the sandbox, which the caller must destroy.
  void hang_up();

 private:
  /// After the deadline: SIGINT, a grace period, then a new interpreter.
  boost::asio::awaitable<ExecutionOutcome> interrupt();
  boost::asio::awaitable<ExecutionResult> run(ExecutionRequest request);
  boost::asio::awaitable<Result<std::vector<UniqueFd>>> ask(sandbox::RequestKind kind);

  const SandboxServices& services_;
  const std::uint64_t sandbox_id_;
  const std::uint32_t id_;
  const sandbox::RequestKind start_kind_;
  std::unique_ptr<AgentProcess> agent_;
  std::uint64_t last_execution_id_ = 0;
  sandbox::InterpreterEnd end_{};  ///< of the previous interpreter
  bool was_started_ = false;       ///< so that there may be something to end
  bool hung_up_ = false;
};

}  // namespace dynsessions::execution
