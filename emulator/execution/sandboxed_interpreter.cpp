#include "emulator/execution/sandboxed_interpreter.h"

#include <utility>

#include "emulator/execution/launcher_requests.h"

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

ExecutionOutcome death_of(sandbox::ExceededLimit exceeded) {
  switch (exceeded) {
    case sandbox::ExceededLimit::none:
      return ExecutionOutcome::interpreter_died;
    case sandbox::ExceededLimit::memory:
      return ExecutionOutcome::out_of_memory;
    case sandbox::ExceededLimit::files:
      return ExecutionOutcome::out_of_storage;
  }
  return ExecutionOutcome::interpreter_died;
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

asio::awaitable<Result<void>> SandboxedInterpreter::end_previous(
    std::optional<Clock::Duration> within) {
  agent_.reset();
  if (!may_be_there_) co_return Result<void>();
  auto ended = co_await services_.launcher.end_interpreter(sandbox_id_, id_, within);
  if (!ended) co_return ended.error();
  may_be_there_ = false;
  exceeded_ = *ended;
  co_return Result<void>();
}

asio::awaitable<Result<void>> SandboxedInterpreter::start() {
  auto ended = co_await end_previous();
  if (!ended) co_return ended.error();
  may_be_there_ = true;
  auto descriptors = co_await services_.launcher.request(start_kind_, sandbox_id_, id_);
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
  const auto grace = services_.limits.interrupt_grace;
  auto sent = co_await services_.launcher.request(RequestKind::interrupt_interpreter, sandbox_id_,
                                                  id_, grace);
  if (sent) {
    co_await agent_->wait_while(AgentState::running, services_.real_time,
                                services_.real_time.now() + grace);
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
  if (!is_alive()) {
    auto started = co_await start();
    if (!started) co_return started.error();
  }
  ExecutionResult result = co_await run(std::move(request));
  if (!needs_new_interpreter(result.outcome)) co_return result;
  if (hung_up_) co_return interpreter_gone();
  // A launcher that is stuck must not keep this result from its client: the next program starts the
  // new interpreter then.
  auto ended = co_await end_previous(services_.limits.kill_grace);
  if (!ended && ended.error().step == kLauncherReply && !hung_up_) co_return result;
  if (!ended) co_return ended.error();
  auto restarted = co_await start();
  if (!restarted) co_return restarted.error();
  if (result.outcome == ExecutionOutcome::interpreter_died) result.outcome = death_of(exceeded_);
  co_return result;
}

}  // namespace dynsessions::execution
