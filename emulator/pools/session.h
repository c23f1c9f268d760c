#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "emulator/base/clock.h"
#include "emulator/base/event.h"
#include "emulator/base/fifo_semaphore.h"
#include "emulator/base/identifiers.h"
#include "emulator/base/result.h"
#include "emulator/execution/workspace.h"
#include "emulator/pools/execution_log.h"
#include "emulator/pools/pool_definition.h"
#include "emulator/pools/session_events.h"
#include "emulator/pools/session_state.h"
#include "sandbox/base/unique_fd.h"

namespace dynsessions::pools {

/// One session: a workspace, and the queue before each of its kernels. The pool makes and ends it;
/// callers hold it through a SessionLease. Event-loop thread only.
class Session {
 public:
  /// `definition` is the pool's at the moment: a later change of the pool is for later sessions.
  /// `clock` and `events` are the pool's too and outlive the session.
  Session(boost::asio::any_io_executor executor, SessionIdentifier identifier, std::string guid,
          std::shared_ptr<const PoolDefinition> definition, Clock& clock, SessionEvents& events);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Waits until the workspace has been made; returns the reason if that failed.
  boost::asio::awaitable<Result<void>> until_allocated();

  /// Runs one program after all earlier ones in its kernel have ended. A program that waited behind
  /// one that timed out is not run: `aborted` (CONTRACT.md section 7). Returns `session_not_found`
  /// if the session ended in the meantime, `sandbox_unavailable` if its workspace is lost for good,
  /// and `program_not_scripted` if a strict script has no answer.
  boost::asio::awaitable<Result<execution::ExecutionResult>> execute(
      execution::ExecutionRequest request);

  /// Calls Workspace::kill_kernel for all kernels. Does nothing unless the session is active.
  boost::asio::awaitable<void> kill_kernels();

  /// The asynchronous executions of the session.
  [[nodiscard]] const ExecutionLog& executions() const noexcept { return executions_; }

  [[nodiscard]] const SessionIdentifier& identifier() const noexcept { return identifier_; }
  /// Names the session where the identifier must not be shown: in headers and logs.
  [[nodiscard]] const std::string& guid() const noexcept { return guid_; }
  [[nodiscard]] const PoolDefinition& definition() const noexcept { return *definition_; }
  [[nodiscard]] Clock::TimePoint created_at() const noexcept { return created_at_; }
  [[nodiscard]] SessionState state() const noexcept { return state_; }
  /// Returns `session_not_found` if the session has ended. For an operation that has waited: if its
  /// session was deleted in the meantime, it answers as an execution does.
  [[nodiscard]] Result<void> check_active() const;
  /// A descriptor of `/mnt/data` that the caller owns: it stays valid when the session ends.
  /// `session_not_found` if the session has ended, `sandbox_unavailable` if the server has no
  /// descriptor left.
  [[nodiscard]] Result<UniqueFd> open_data_directory() const;

 private:
  friend class SessionPool;

  /// Whether the workspace is lost, so that no program can run in it any more.
  [[nodiscard]] bool is_lost() const { return state_ == SessionState::active && workspace_lost_; }

  void enter(SessionState next);
  void allocation_ended(Result<std::unique_ptr<execution::Workspace>> workspace);
  /// Refuses further calls; then stops the workspace, waits until its programs have ended, and
  /// destroys it. Holds `self` in the meantime, because the pool has released it.
  boost::asio::awaitable<void> end(std::shared_ptr<Session> self);

  const SessionIdentifier identifier_;
  const std::string guid_;
  const std::shared_ptr<const PoolDefinition> definition_;  ///< shared with the pool
  Clock& clock_;
  const Clock::TimePoint created_at_;
  SessionEvents& events_;
  SessionState state_ = SessionState::allocating;
  std::unique_ptr<execution::Workspace> workspace_;
  std::optional<Error> allocation_failure_;
  bool workspace_lost_ = false;
  std::size_t programs_ = 0;                                          ///< that run now
  std::array<FifoSemaphore, execution::kKernelCount> kernel_queues_;  ///< indexed by Kernel
  ExecutionLog executions_;
  Event state_changed_;

  // Kept by the pool: the number of calls that use the session, and when it ends without one.
  std::size_t leases_ = 0;
  Clock::TimePoint last_accessed_at_;
  std::optional<Clock::TimerId> cooldown_timer_;
};

}  // namespace dynsessions::pools
