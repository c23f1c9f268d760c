#include "emulator/pools/session.h"

#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>

namespace dynsessions::pools {
namespace asio = boost::asio;

using execution::ExecutionOutcome;
using execution::ExecutionRequest;
using execution::ExecutionResult;

namespace {

bool is_timeout(ExecutionOutcome outcome) {
  return outcome == ExecutionOutcome::timed_out || outcome == ExecutionOutcome::timed_out_restarted;
}

Error session_ended() { return {ErrorCode::session_not_found, "The session has ended.", {}, {}}; }

}  // namespace

Session::Session(asio::any_io_executor executor, SessionIdentifier identifier, std::string guid,
                 std::shared_ptr<const PoolDefinition> definition, Clock& clock,
                 SessionEvents& events)
    : identifier_(std::move(identifier)),
      guid_(std::move(guid)),
      definition_(std::move(definition)),
      clock_(clock),
      created_at_(clock.now()),
      events_(events),
      kernel_queues_{FifoSemaphore(executor), FifoSemaphore(executor), FifoSemaphore(executor)},
      state_changed_(executor),
      last_accessed_at_(created_at_) {}

void Session::enter(SessionState next) {
  if (!is_allowed(state_, next)) throw std::logic_error("session: transition not in the table");
  state_ = next;
  state_changed_.notify();
}

void Session::allocation_ended(Result<std::unique_ptr<execution::Workspace>> workspace) {
  if (workspace) {
    workspace_ = std::move(*workspace);
    enter(SessionState::active);
  } else {
    allocation_failure_ = workspace.error();
    enter(SessionState::ended);
  }
}

asio::awaitable<Result<void>> Session::until_allocated() {
  while (state_ == SessionState::allocating) co_await state_changed_.wait();
  if (allocation_failure_) co_return *allocation_failure_;
  co_return Result<void>();
}

asio::awaitable<Result<ExecutionResult>> Session::execute(ExecutionRequest request) {
  const execution::Kernel kernel = request.kernel;
  FifoSemaphore& queue = kernel_queues_[index_of(kernel)];
  auto permit = co_await queue.wait();
  if (state_ != SessionState::active || workspace_lost_) co_return session_ended();
  if (!permit) {
    ExecutionResult aborted;
    aborted.outcome = ExecutionOutcome::aborted;
    co_return aborted;
  }
  request.clock = &clock_;
  request.session = guid_;
  request.on_output = [this, kernel](execution::Stream stream, std::string_view bytes) {
    events_.output_written(*this, kernel, stream, bytes);
  };
  events_.program_started(*this, kernel);
  ++programs_;
  auto result = co_await workspace_->execute(std::move(request));
  --programs_;
  if (!result) {
    // The session has ended, for example because a client deleted it; this is not a failure of the
    // sandbox.
    if (state_ != SessionState::active) co_return session_ended();
    if (result.error().code != ErrorCode::program_not_scripted) workspace_lost_ = true;
    co_return result;
  }
  events_.program_ended(*this, kernel, *result);
  for (const execution::KernelEnd& end : result->kernel_ends) {
    events_.kernel_ended(*this, kernel, end);
  }
  if (is_timeout(result->outcome)) queue.cancel_waiters();
  co_return result;
}

asio::awaitable<void> Session::kill_kernels() {
  for (std::size_t kernel = 0; kernel < execution::kKernelCount; ++kernel) {
    if (state_ != SessionState::active || workspace_lost_) co_return;
    co_await workspace_->kill_kernel(static_cast<execution::Kernel>(kernel));
  }
}

Result<void> Session::check_active() const {
  if (state_ != SessionState::active) return session_ended();
  return {};
}

Result<UniqueFd> Session::open_data_directory() const {
  if (const Result<void> active = check_active(); !active) return active.error();
  UniqueFd copy(::fcntl(workspace_->data_directory(), F_DUPFD_CLOEXEC, 0));
  if (!copy && lacks_descriptors(errno)) return no_descriptors();
  if (!copy) throw std::system_error(errno, std::generic_category(), "fcntl(F_DUPFD_CLOEXEC)");
  return copy;
}

asio::awaitable<void> Session::end(std::shared_ptr<Session> self) {
  enter(SessionState::ending);
  for (FifoSemaphore& queue : kernel_queues_) queue.cancel_waiters();
  // Stopping ends the programs that still run; their execute() then return and free the queues, and
  // the workspace must not be destroyed before that.
  co_await workspace_->stop();
  for (FifoSemaphore& queue : kernel_queues_) auto permit = co_await queue.wait();
  workspace_.reset();
  self->enter(SessionState::ended);
}

}  // namespace dynsessions::pools
