#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include <boost/asio/any_io_executor.hpp>

#include "emulator/base/clock.h"
#include "emulator/execution/agent_process.h"
#include "emulator/execution/execution.h"
#include "emulator/execution/launcher_client.h"
#include "emulator/execution/timed_semaphore.h"

namespace dynsessions::execution {

struct InterpreterLimits {
  std::chrono::milliseconds start_deadline{60'000};  ///< importing takes about a second
  /// Time for the launcher to send SIGINT.
  std::chrono::milliseconds interrupt_delivery{2'000};
  /// Between SIGINT and a new interpreter. IPython parses the sources of the traceback's frames
  /// first, which takes a second for pandas and longer on a busy machine.
  std::chrono::milliseconds interrupt_grace{5'000};
  /// Time for the launcher to end an interpreter's jail.
  std::chrono::milliseconds kill_grace{3'000};
  /// Kept for each stream of an execution; fewer if the answer shows fewer characters anyway.
  std::size_t output_bytes = std::size_t{16} << 20;
};

/// Services for sandboxed workspaces. All of them outlive the workspaces.
struct SandboxServices {
  boost::asio::any_io_executor executor;
  LauncherClient& launcher;
  Clock& clock;        ///< the emulator's time: the deadline of a program without another limit
  Clock& real_time;    ///< for timeouts of processes
  const Spool& spool;  ///< stores the output of programs
  /// See SandboxedInterpreter::execute; one for all interpreters of a machine.
  TimedSemaphore& first_programs;
  InterpreterLimits limits;
  bool zygote = false;  ///< whether the profile has a zygote (sandbox::SandboxProfile)
  ProfileId profile{};  ///< profile of new sandboxes
  /// Keeps the files of the profile's Python while a sandbox can use them.
  std::shared_ptr<const void> python = {};
};

/// One kernel of a sandboxed workspace: an IPython agent in the workspace's sandbox. After a
/// program that timed out or ended its interpreter, the next program runs in a new interpreter:
/// files are kept, variables are lost.
class SandboxedInterpreter {
 public:
  /// `kernel` names it within the sandbox. `services` must outlive it.
  SandboxedInterpreter(const SandboxServices& services, std::uint64_t sandbox_id, Kernel kernel)
      : services_(services),
        sandbox_id_(sandbox_id),
        id_(static_cast<std::uint32_t>(index_of(kernel))),
        quotas_(services.spool.new_kernel()),
        // The empty kernel must have nothing preloaded.
        start_kind_(services.zygote && kernel != Kernel::empty
                        ? sandbox::RequestKind::fork_interpreter
                        : sandbox::RequestKind::start_interpreter) {}
  SandboxedInterpreter(const SandboxedInterpreter&) = delete;
  SandboxedInterpreter& operator=(const SandboxedInterpreter&) = delete;

  /// Ends the previous interpreter if it is still there, starts one, and waits until it is ready.
  boost::asio::awaitable<Result<void>> start();

  /// See Workspace::execute. First starts an interpreter if there is none, or if background code of
  /// the last program has ended it. The first programs of many interpreters begin a few at a time:
  /// otherwise the programs of all others would share the processors with every one of them.
  boost::asio::awaitable<Result<ExecutionResult>> execute(ExecutionRequest request);

  /// See Workspace::kill_kernel.
  boost::asio::awaitable<void> kill();

  /// Returns false if no interpreter was started or it has ended.
  [[nodiscard]] bool is_alive() const;

  /// Callers that wait in execute() return, and no interpreter is started any more. An idle
  /// interpreter keeps its descriptors until hang_up(): it would wake up to exit by itself, which
  /// takes more time than the kill.
  void expect_kill();
  /// The same, and closes the descriptors. The processes end with the sandbox, which the caller
  /// must destroy.
  void hang_up();

 private:
  boost::asio::awaitable<Result<ExecutionResult>> execute_first(ExecutionRequest request);
  boost::asio::awaitable<Result<ExecutionResult>> execute_now(ExecutionRequest request);
  /// Called after the deadline: SIGINT, a grace period, then a new interpreter.
  boost::asio::awaitable<ExecutionOutcome> interrupt();
  boost::asio::awaitable<ExecutionResult> run(ExecutionRequest request);
  /// Ends the interpreter after such an outcome and starts the next one. Returns how it ended.
  boost::asio::awaitable<Result<KernelEnd>> replace(ExecutionOutcome outcome);
  /// Ends the interpreter that was started last, if a part of it can still exist.
  boost::asio::awaitable<Result<void>> end_previous(
      std::optional<Clock::Duration> within = std::nullopt);

  const SandboxServices& services_;
  const std::uint64_t sandbox_id_;
  const std::uint32_t id_;
  const SpoolQuotas quotas_;
  const sandbox::RequestKind start_kind_;
  std::unique_ptr<AgentProcess> agent_;
  std::uint64_t last_execution_id_ = 0;
  sandbox::InterpreterEnd end_{};  ///< end of the previous interpreter
  bool may_exist_ = false;         ///< it was started and has not certainly ended
  bool end_is_reported_ = false;   ///< a result has its KernelEnd although its end is not certain
  bool hung_up_ = false;
};

}  // namespace dynsessions::execution
