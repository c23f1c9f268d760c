#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include "emulator/core/clock.h"
#include "emulator/core/unique_fd.h"
#include "emulator/execution/agent_process.h"
#include "emulator/execution/interpreter.h"
#include "emulator/execution/launcher_client.h"

namespace dynsessions::execution {

struct InterpreterLimits {
  std::chrono::milliseconds start_deadline{60'000};  ///< an interpreter imports for about a second
  std::chrono::milliseconds interrupt_grace{2'000};  ///< between SIGINT and a new interpreter
  std::size_t output_bytes = std::size_t{16} << 20;  ///< kept per stream and execution
};

/// What every sandboxed interpreter of the program works with; all of it outlives them.
struct SandboxServices {
  boost::asio::any_io_executor executor;
  LauncherClient& launcher;
  Clock& clock;      ///< the emulator's time: the deadline of a program
  Clock& real_time;  ///< patience with processes
  InterpreterLimits limits;
};

/// The real thing: an IPython agent in a sandbox of its own. After a program that did not end in
/// time or took its interpreter down, the next one runs in a new interpreter of the same sandbox:
/// files stay, variables go.
class SandboxedInterpreter final : public Interpreter {
 public:
  /// Makes the sandbox and waits until its interpreter is ready.
  static boost::asio::awaitable<Result<std::unique_ptr<Interpreter>>> create(
      const SandboxServices& services);

  ~SandboxedInterpreter() override;
  boost::asio::awaitable<Result<ExecutionResult>> execute(ExecutionRequest request) override;
  [[nodiscard]] int data_directory() const override { return data_directory_.get(); }
  boost::asio::awaitable<void> stop() override;

 private:
  SandboxedInterpreter(const SandboxServices& services, std::uint64_t sandbox_id);

  boost::asio::awaitable<Result<void>> make_sandbox();
  boost::asio::awaitable<Result<void>> start_agent();
  boost::asio::awaitable<Result<void>> restart_agent();
  /// After the deadline: SIGINT, a grace period, then a new interpreter.
  boost::asio::awaitable<ExecutionOutcome> interrupt();

  const SandboxServices& services_;
  const std::uint64_t sandbox_id_;
  UniqueFd data_directory_;
  std::unique_ptr<AgentProcess> agent_;
  std::uint64_t last_execution_id_ = 0;
  bool stopped_ = false;
};

class SandboxedInterpreterFactory final : public InterpreterFactory {
 public:
  explicit SandboxedInterpreterFactory(SandboxServices services) : services_(services) {}
  boost::asio::awaitable<Result<std::unique_ptr<Interpreter>>> create() override {
    return SandboxedInterpreter::create(services_);
  }

 private:
  const SandboxServices services_;
};

}  // namespace dynsessions::execution
