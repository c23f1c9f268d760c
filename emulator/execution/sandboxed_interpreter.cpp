#include "emulator/execution/sandboxed_interpreter.h"

#include <utility>
#include <vector>

#include <sys/wait.h>

namespace dynsessions::execution {
namespace asio = boost::asio;

using sandbox::RequestKind;
using sandbox::ResultFrame;
using sandbox::ResultValue;

namespace {

ExecutionValue to_value(ResultValue frame) {
  switch (frame.value_kind) {
    case ResultValue::ValueKind::nothing:
      return NoValue{};
    case ResultValue::ValueKind::none:
      return NoneValue{};
    case ResultValue::ValueKind::text:
      return TextValue{std::move(frame.text)};
    case ResultValue::ValueKind::string:
      return StringValue{std::move(frame.text), std::move(frame.detail)};
    case ResultValue::ValueKind::image:
      return ImageValue{std::move(frame.detail), std::move(frame.text)};
  }
  return NoValue{};
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

bool needs_new_interpreter(ExecutionOutcome outcome) {
  return outcome == ExecutionOutcome::timed_out_restarted ||
         outcome == ExecutionOutcome::interpreter_died;
}

}  // namespace

bool SandboxedInterpreter::is_alive() const {
  return agent_ != nullptr && agent_->state() != AgentState::gone;
}

void SandboxedInterpreter::hang_up() {
  hung_up_ = true;
  if (agent_) agent_->hang_up();  // and keep it: execute() may be waiting in it
}

asio::awaitable<Result<std::vector<UniqueFd>>> SandboxedInterpreter::ask(RequestKind kind) {
  return services_.launcher.request(kind, sandbox_id_, id_);
}

asio::awaitable<Result<void>> SandboxedInterpreter::start() {
  agent_.reset();
  if (std::exchange(was_started_, true)) {
    auto ended = co_await services_.launcher.end_interpreter(sandbox_id_, id_);
    if (!ended) co_return ended.error();
    end_ = *ended;
  }
  auto descriptors = co_await ask(start_kind_);
  if (!descriptors) co_return descriptors.error();
  agent_ = std::make_unique<AgentProcess>(services_.executor, std::move(*descriptors),
                                          services_.limits.output_bytes);
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
  auto sent = co_await ask(RequestKind::interrupt_interpreter);
  if (sent) {
    co_await agent_->wait_while(AgentState::running, services_.real_time,
                                services_.real_time.now() + services_.limits.interrupt_grace);
  }
  co_return agent_->state() == AgentState::finished ? ExecutionOutcome::timed_out
                                                    : ExecutionOutcome::timed_out_restarted;
}

asio::awaitable<ExecutionResult> SandboxedInterpreter::run(ExecutionRequest request) {
  const auto start = std::chrono::steady_clock::now();
  agent_->begin(++last_execution_id_, request.code);
  co_await agent_->wait_while(AgentState::running, services_.clock,
                              services_.clock.now() + request.timeout);

  ExecutionResult result;
  if (agent_->state() == AgentState::running) {
    result.outcome = co_await interrupt();
  } else if (agent_->state() == AgentState::gone) {
    result.outcome = ExecutionOutcome::interpreter_died;
  } else {
    ResultFrame frame = agent_->take_result();
    result.outcome = frame.ok ? ExecutionOutcome::succeeded : ExecutionOutcome::raised;
    result.traceback = std::move(frame.traceback);
    result.beside_image = to_value(std::move(frame.beside_image));
    result.value = to_value(std::move(frame));
  }
  AgentProcess::Output output = agent_->end();
  result.stdout_text = std::move(output.stdout_text);
  result.stderr_text = std::move(output.stderr_text);
  result.duration = milliseconds_since(start);
  co_return result;
}

asio::awaitable<Result<ExecutionResult>> SandboxedInterpreter::execute(ExecutionRequest request) {
  if (hung_up_) co_return interpreter_gone();
  std::vector<KernelEnd> ends;
  if (!is_alive()) {
    const bool ended = was_started_;
    auto started = co_await start();
    if (!started) co_return started.error();
    if (ended) ends.push_back(to_kernel_end(end_));
    if (ended) ends.back().between_programs = true;
  }
  ExecutionResult result = co_await run(std::move(request));
  if (needs_new_interpreter(result.outcome)) {
    if (hung_up_) co_return interpreter_gone();
    auto restarted = co_await start();
    if (!restarted) co_return restarted.error();
    KernelEnd end = to_kernel_end(end_);
    end.timed_out = result.outcome == ExecutionOutcome::timed_out_restarted;
    if (!end.timed_out) result.outcome = outcome_of(end);
    ends.push_back(end);
  }
  result.kernel_ends = std::move(ends);
  co_return result;
}

}  // namespace dynsessions::execution
