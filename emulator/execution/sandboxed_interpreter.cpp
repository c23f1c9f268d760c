#include "emulator/execution/sandboxed_interpreter.h"

#include <utility>

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

bool needs_new_interpreter(ExecutionOutcome outcome) {
  return outcome == ExecutionOutcome::timed_out_restarted ||
         outcome == ExecutionOutcome::interpreter_died;
}

}  // namespace

SandboxedInterpreter::SandboxedInterpreter(const SandboxServices& services,
                                           std::uint64_t sandbox_id)
    : services_(services), sandbox_id_(sandbox_id) {}

SandboxedInterpreter::~SandboxedInterpreter() {
  if (!stopped_) services_.launcher.post(RequestKind::destroy_sandbox, sandbox_id_);
}

asio::awaitable<Result<std::unique_ptr<Interpreter>>> SandboxedInterpreter::create(
    const SandboxServices& services) {
  std::unique_ptr<SandboxedInterpreter> interpreter(
      new SandboxedInterpreter(services, services.launcher.new_sandbox_id()));
  auto made = co_await interpreter->make_sandbox();
  if (!made) co_return made.error();
  auto started = co_await interpreter->start_agent();
  if (!started) {
    co_await interpreter->stop();
    co_return started.error();
  }
  co_return std::unique_ptr<Interpreter>(std::move(interpreter));
}

asio::awaitable<Result<void>> SandboxedInterpreter::make_sandbox() {
  auto descriptors = co_await services_.launcher.request(RequestKind::create_sandbox, sandbox_id_);
  if (!descriptors) {
    stopped_ = true;  // the launcher leaves nothing half-made
    co_return descriptors.error();
  }
  data_directory_ = std::move(descriptors->at(0));
  co_return Result<void>();
}

asio::awaitable<Result<void>> SandboxedInterpreter::start_agent() {
  auto descriptors =
      co_await services_.launcher.request(RequestKind::start_interpreter, sandbox_id_);
  if (!descriptors) co_return descriptors.error();
  agent_ = std::make_unique<AgentProcess>(services_.executor, std::move(*descriptors),
                                          services_.limits.output_bytes);
  co_await agent_->wait_while(AgentState::starting, services_.real_time,
                              services_.real_time.now() + services_.limits.start_deadline);
  if (agent_->state() == AgentState::idle) co_return Result<void>();
  co_return Error{ErrorCode::sandbox_unavailable,
                  "The Python interpreter of the session did not start.",
                  {},
                  "check the environment given by --python"};
}

asio::awaitable<Result<void>> SandboxedInterpreter::restart_agent() {
  agent_.reset();
  auto killed = co_await services_.launcher.request(RequestKind::kill_interpreter, sandbox_id_);
  if (!killed) co_return killed.error();
  co_return co_await start_agent();
}

asio::awaitable<ExecutionOutcome> SandboxedInterpreter::interrupt() {
  auto sent = co_await services_.launcher.request(RequestKind::interrupt_interpreter, sandbox_id_);
  if (sent) {
    co_await agent_->wait_while(AgentState::running, services_.real_time,
                                services_.real_time.now() + services_.limits.interrupt_grace);
  }
  co_return agent_->state() == AgentState::finished ? ExecutionOutcome::timed_out
                                                    : ExecutionOutcome::timed_out_restarted;
}

asio::awaitable<Result<ExecutionResult>> SandboxedInterpreter::execute(ExecutionRequest request) {
  if (!agent_) co_return interpreter_gone();  // a restart failed, or was cancelled half-way
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

  if (needs_new_interpreter(result.outcome)) {
    if (stopped_) co_return interpreter_gone();
    auto restarted = co_await restart_agent();
    if (!restarted) co_return restarted.error();
  }
  co_return result;
}

asio::awaitable<void> SandboxedInterpreter::stop() {
  if (agent_) agent_->hang_up();  // and keep it: execute() may be waiting in it
  if (stopped_) co_return;
  stopped_ = true;
  // The only way to fail is that the launcher is gone, and with it the sandbox.
  (void)co_await services_.launcher.request(RequestKind::destroy_sandbox, sandbox_id_);
  data_directory_ = UniqueFd();
}

}  // namespace dynsessions::execution
