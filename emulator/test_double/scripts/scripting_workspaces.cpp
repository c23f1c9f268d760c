#include "emulator/test_double/scripts/scripting_workspaces.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <utility>

#include "emulator/base/event.h"
#include "emulator/base/offload.h"

namespace dynsessions::test_double {
namespace asio = boost::asio;

using execution::ExecutionOutcome;
using execution::ExecutionRequest;
using execution::ExecutionResult;
using execution::Kernel;

namespace {

ExecutionResult result_of(ScriptAnswer answer) {
  ExecutionResult result;
  result.outcome = answer.outcome;
  result.stdout_text = std::move(answer.stdout_text);
  result.stderr_text = std::move(answer.stderr_text);
  result.traceback = std::move(answer.traceback);
  result.value = std::move(answer.value);
  result.with_image = std::move(answer.with_image);
  return result;
}

/// The answer of a program that was stopped.
ExecutionResult cut_short(ExecutionOutcome outcome) {
  ExecutionResult result;
  result.outcome = outcome;
  if (outcome == ExecutionOutcome::interpreter_died) result.kernel_ends = {{.signal = SIGKILL}};
  return result;
}

class ScriptingWorkspace final : public execution::Workspace {
 public:
  ScriptingWorkspace(ScriptServices services, pools::PoolName pool,
                     std::unique_ptr<execution::Workspace> inner)
      : services_(std::move(services)),
        pool_(std::move(pool)),
        inner_(std::move(inner)),
        changed_(services_.executor) {}

  asio::awaitable<Result<ExecutionResult>> execute(ExecutionRequest request) override {
    const bool is_program = request.purpose == execution::Purpose::run_program;
    if (!is_program || services_.book.is_idle()) return inner_->execute(std::move(request));
    return decide(std::move(request));
  }
  asio::awaitable<void> kill_kernel(Kernel kernel) override {
    runs_[index_of(kernel)] = false;
    changed_.notify();
    return inner_->kill_kernel(kernel);
  }
  [[nodiscard]] int data_directory() const override { return inner_->data_directory(); }
  [[nodiscard]] bool is_alive() const override { return inner_->is_alive(); }
  asio::awaitable<void> stop() override {
    stopped_ = true;
    changed_.notify();
    return inner_->stop();
  }

 private:
  asio::awaitable<Result<ExecutionResult>> decide(ExecutionRequest request);
  /// Waits until a simulated program ends. Returns how it ended.
  asio::awaitable<ExecutionOutcome> pass_time(Kernel kernel, Clock::Duration delay, Clock& clock,
                                              Clock::Duration timeout, std::string session);
  asio::awaitable<Result<ExecutionResult>> answer(ExecutionRequest request,
                                                  ScriptBook::Scripted scripted);
  asio::awaitable<Result<ExecutionResult>> run_and_record(ExecutionRequest request);

  const ScriptServices services_;
  const pools::PoolName pool_;
  const std::unique_ptr<execution::Workspace> inner_;
  Event changed_;
  std::array<bool, execution::kKernelCount> runs_{};  ///< scripted programs with a delay, by Kernel
  bool stopped_ = false;
};

asio::awaitable<Result<ExecutionResult>> ScriptingWorkspace::decide(ExecutionRequest request) {
  ScriptBook::Decision decision = services_.book.decide(pool_, request.code);
  if (auto* const error = std::get_if<Error>(&decision)) co_return std::move(*error);
  if (auto* const scripted = std::get_if<ScriptBook::Scripted>(&decision)) {
    co_return co_await answer(std::move(request), std::move(*scripted));
  }
  if (!services_.book.records(pool_)) co_return co_await inner_->execute(std::move(request));
  co_return co_await run_and_record(std::move(request));
}

/// The delay is real time, like the running time of a program; the timeout follows the clock of the
/// pool.
asio::awaitable<ExecutionOutcome> ScriptingWorkspace::pass_time(Kernel kernel,
                                                                Clock::Duration delay, Clock& clock,
                                                                Clock::Duration timeout,
                                                                std::string session) {
  bool& runs = runs_[index_of(kernel)];
  bool is_over = false;
  bool timed_out = false;
  auto end = [this, &is_over] {
    is_over = true;
    changed_.notify();
  };
  auto time_out = [this, &timed_out] {
    timed_out = true;
    changed_.notify();
  };
  TimerLabel label{execution::kExecutionTimedOut, std::move(session)};
  const ScopedTimer ends(services_.real_time, services_.real_time.now() + delay, std::move(end));
  const ScopedTimer times_out(clock, clock.now() + timeout, std::move(time_out), std::move(label));
  runs = true;
  while (runs && !is_over && !timed_out && !stopped_) co_await changed_.wait();
  const bool was_killed = !std::exchange(runs, false);
  if (was_killed) co_return ExecutionOutcome::interpreter_died;
  co_return is_over ? ExecutionOutcome::succeeded : ExecutionOutcome::timed_out;
}

asio::awaitable<Result<ExecutionResult>> ScriptingWorkspace::answer(ExecutionRequest request,
                                                                    ScriptBook::Scripted scripted) {
  const auto delay = std::chrono::duration_cast<Clock::Duration>(scripted.answer.delay);
  ExecutionOutcome end = ExecutionOutcome::succeeded;
  if (delay.count() > 0) {
    Clock& clock = request.clock != nullptr ? *request.clock : services_.real_time;
    end = co_await pass_time(request.kernel, delay, clock, request.timeout, request.session);
  }
  if (stopped_) {
    co_return Error{ErrorCode::sandbox_unavailable, "The session has ended.", {}, {}};
  }
  ExecutionResult result =
      end == ExecutionOutcome::succeeded ? result_of(std::move(scripted.answer)) : cut_short(end);
  const auto shown = std::min<Clock::Duration>(delay, request.timeout);
  result.duration = std::chrono::duration_cast<std::chrono::milliseconds>(shown);
  result.answered_by = std::move(scripted.rule);
  co_return result;
}

asio::awaitable<Result<ExecutionResult>> ScriptingWorkspace::run_and_record(
    ExecutionRequest request) {
  std::string code = request.code;
  auto result = co_await inner_->execute(std::move(request));
  if (!result) co_return result;
  auto work = [code = std::move(code), copy = *result] { return recorded_program(code, copy); };
  const RecordedProgram program = co_await offload(services_.file_pool, std::move(work));
  services_.book.record(pool_, program);
  co_return result;
}

}  // namespace

asio::awaitable<Result<std::unique_ptr<execution::Workspace>>> ScriptingWorkspaces::create() {
  // Copied, because the pool and its factory can be removed in the meantime.
  const ScriptServices services = services_;
  const pools::PoolName pool = pool_;
  auto made = co_await inner_->create();
  if (!made) co_return made.error();
  std::unique_ptr<execution::Workspace> workspace =
      std::make_unique<ScriptingWorkspace>(services, pool, *std::move(made));
  co_return workspace;
}

asio::awaitable<Result<ExecutionResult>> refuse_unscripted(ExecutionRequest request) {
  if (request.purpose != execution::Purpose::run_program) {
    ExecutionResult no_variables;
    no_variables.outcome = ExecutionOutcome::raised;
    no_variables.traceback = "this server has no Python (--engine scripts)";
    co_return no_variables;
  }
  co_return Error{ErrorCode::program_not_scripted,
                  "No rule of the script matches this program (sha256 " + sha256_of(request.code) +
                      "), and this server has no Python.",
                  "code", "add a rule with PUT …/script, or start without --engine scripts"};
}

}  // namespace dynsessions::test_double
