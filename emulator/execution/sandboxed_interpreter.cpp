#include "emulator/execution/sandboxed_interpreter.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <sys/wait.h>

#include "emulator/execution/launcher_requests.h"

namespace dynsessions::execution {
namespace asio = boost::asio;

using sandbox::RequestKind;

namespace {

/// A character takes up to four bytes, and a byte that is not UTF-8 becomes one: as many bytes
/// always make as many characters as are shown.
std::size_t output_limit_of(const ExecutionRequest& request, const InterpreterLimits& limits) {
  constexpr std::size_t kCharacterBytes = 4;
  const std::size_t characters = request.output_characters.value_or(limits.output_bytes);
  return std::min(limits.output_bytes / kCharacterBytes, characters) * kCharacterBytes;
}

std::chrono::milliseconds milliseconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                               start);
}

Error interpreter_gone() {
  return {ErrorCode::sandbox_unavailable, "The interpreter of the session has ended.", {}, {}};
}

std::optional<SessionLimit> limit_of(sandbox::ExceededLimit exceeded) {
  switch (exceeded) {
    case sandbox::ExceededLimit::none:
      return std::nullopt;
    case sandbox::ExceededLimit::memory:
      return SessionLimit::memory;
    case sandbox::ExceededLimit::files:
      return SessionLimit::files;
  }
  return std::nullopt;
}

KernelEnd to_kernel_end(const sandbox::InterpreterEnd& end) {
  const bool was_killed = WIFSIGNALED(end.wait_status);
  return {.limit = limit_of(end.exceeded),
          .signal = was_killed ? WTERMSIG(end.wait_status) : 0,
          .exit_status = was_killed ? 0 : WEXITSTATUS(end.wait_status)};
}

ExecutionOutcome outcome_of(const KernelEnd& end) {
  if (!end.limit) return ExecutionOutcome::interpreter_died;
  return *end.limit == SessionLimit::memory ? ExecutionOutcome::out_of_memory
                                            : ExecutionOutcome::out_of_storage;
}

/// A clock that stands still must not keep a snapshot waiting.
Clock& clock_for(const ExecutionRequest& request, const SandboxServices& services) {
  if (request.purpose != Purpose::run_program) return services.real_time;
  return request.clock != nullptr ? *request.clock : services.clock;
}

bool needs_new_interpreter(ExecutionOutcome outcome) {
  return outcome == ExecutionOutcome::timed_out_restarted ||
         outcome == ExecutionOutcome::interpreter_died;
}

}  // namespace

bool SandboxedInterpreter::is_alive() const {
  return agent_ != nullptr && agent_->state() != AgentState::gone;
}

void SandboxedInterpreter::expect_kill() {
  hung_up_ = true;
  if (agent_ && agent_->state() != AgentState::idle) agent_->hang_up();
}

void SandboxedInterpreter::hang_up() {
  hung_up_ = true;
  if (agent_) agent_->hang_up();  // not destroyed here, because execute() can be waiting in it
}

asio::awaitable<Result<void>> SandboxedInterpreter::end_previous(
    std::optional<Clock::Duration> within) {
  agent_.reset();
  if (!may_exist_) co_return Result<void>();
  auto ended = co_await services_.launcher.end_interpreter(sandbox_id_, id_, within);
  if (!ended) co_return ended.error();
  may_exist_ = false;
  end_ = *ended;
  co_return Result<void>();
}

asio::awaitable<Result<void>> SandboxedInterpreter::start() {
  auto ended = co_await end_previous();
  if (!ended) co_return ended.error();
  may_exist_ = true;
  auto descriptors = co_await services_.launcher.request(start_kind_, sandbox_id_, id_);
  if (!descriptors) co_return descriptors.error();
  AgentServices agent_services{services_.executor, services_.spool.file_pool(), quotas_,
                               services_.real_time};
  agent_ = std::make_unique<AgentProcess>(std::move(agent_services), std::move(*descriptors));
  co_await agent_->wait_while(AgentState::starting, services_.real_time,
                              services_.real_time.now() + services_.limits.start_deadline);
  if (agent_->state() == AgentState::idle) co_return Result<void>();
  co_return Error{ErrorCode::sandbox_unavailable,
                  "The Python interpreter of the session did not start.",
                  {},
                  {},
                  "interpreter start"};
}

asio::awaitable<ExecutionOutcome> SandboxedInterpreter::interrupt() {
  auto sent = co_await services_.launcher.request(RequestKind::interrupt_interpreter, sandbox_id_,
                                                  id_, services_.limits.interrupt_delivery);
  if (sent) {
    co_await agent_->wait_while(AgentState::running, services_.real_time,
                                services_.real_time.now() + services_.limits.interrupt_grace);
  }
  co_return agent_->state() == AgentState::finished ? ExecutionOutcome::timed_out
                                                    : ExecutionOutcome::timed_out_restarted;
}

/// Ends the interpreter; the state changes only when the next start notices it.
asio::awaitable<void> SandboxedInterpreter::kill() {
  const bool starts = agent_ == nullptr || agent_->state() == AgentState::starting;
  if (starts || !may_exist_ || hung_up_) co_return;
  if (agent_->state() != AgentState::running) agent_->hang_up();
  co_await services_.launcher.end_interpreter(sandbox_id_, id_, services_.limits.kill_grace);
}

asio::awaitable<ExecutionResult> SandboxedInterpreter::run(ExecutionRequest request) {
  const auto start = std::chrono::steady_clock::now();
  const std::size_t output_limit = output_limit_of(request, services_.limits);
  AgentProgram program{++last_execution_id_,
                       std::move(request.code),
                       output_limit,
                       request.purpose,
                       std::move(request.traceparent),
                       request.wants_displays,
                       std::move(request.on_output)};
  agent_->begin(std::move(program));
  Clock& clock = clock_for(request, services_);
  TimerLabel label{kExecutionTimedOut, std::move(request.session)};
  co_await agent_->wait_while(AgentState::running, clock, clock.now() + request.timeout,
                              std::move(label));

  ExecutionResult result;
  if (agent_->state() == AgentState::running) {
    result.outcome = co_await interrupt();
  } else if (agent_->state() == AgentState::gone) {
    result.outcome = ExecutionOutcome::interpreter_died;
  } else {
    AgentResult ended = agent_->take_result();
    result.outcome = ended.ok ? ExecutionOutcome::succeeded : ExecutionOutcome::raised;
    result.traceback = std::move(ended.traceback);
    result.with_image = std::move(ended.with_image);
    result.value = std::move(ended.value);
    result.displays = std::move(ended.displays);
  }
  AgentProcess::Output output = co_await agent_->end();
  result.stdout_text = std::move(output.stdout_text);
  result.stderr_text = std::move(output.stderr_text);
  result.stdout_bytes = output.stdout_bytes;
  result.stderr_bytes = output.stderr_bytes;
  result.duration = milliseconds_since(start);
  co_return result;
}

/// A launcher that is stuck must not keep the result of a program from its client: the next program
/// starts the new interpreter then.
asio::awaitable<Result<KernelEnd>> SandboxedInterpreter::replace(ExecutionOutcome outcome) {
  const bool timed_out = outcome == ExecutionOutcome::timed_out_restarted;
  auto ended = co_await end_previous(services_.limits.kill_grace);
  if (!ended && ended.error().step == kLauncherReply && !hung_up_) {
    end_is_reported_ = true;
    co_return KernelEnd{.timed_out = timed_out};
  }
  if (!ended) co_return ended.error();
  KernelEnd end = to_kernel_end(end_);
  end.timed_out = timed_out;
  auto restarted = co_await start();
  if (!restarted) co_return restarted.error();
  co_return end;
}

asio::awaitable<Result<ExecutionResult>> SandboxedInterpreter::execute(ExecutionRequest request) {
  return last_execution_id_ == 0 ? execute_first(std::move(request))
                                 : execute_now(std::move(request));
}

asio::awaitable<Result<ExecutionResult>> SandboxedInterpreter::execute_first(
    ExecutionRequest request) {
  const auto turn = co_await services_.first_programs.wait();
  co_return co_await execute_now(std::move(request));
}

asio::awaitable<Result<ExecutionResult>> SandboxedInterpreter::execute_now(
    ExecutionRequest request) {
  if (hung_up_) co_return interpreter_gone();
  if (!is_alive() && request.purpose == Purpose::save_variables) co_return ExecutionResult{};
  std::vector<KernelEnd> ends;
  if (!is_alive()) {
    const bool ended = may_exist_ && !std::exchange(end_is_reported_, false);
    auto started = co_await start();
    if (!started) co_return started.error();
    if (ended) ends.push_back(to_kernel_end(end_));
    if (ended) ends.back().between_programs = true;
  }
  ExecutionResult result = co_await run(std::move(request));
  if (needs_new_interpreter(result.outcome)) {
    if (hung_up_) co_return interpreter_gone();
    auto end = co_await replace(result.outcome);
    if (!end) co_return end.error();
    if (!end->timed_out) result.outcome = outcome_of(*end);
    ends.push_back(*end);
  }
  result.kernel_ends = std::move(ends);
  co_return result;
}

}  // namespace dynsessions::execution
