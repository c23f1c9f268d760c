#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "emulator/base/clock.h"
#include "emulator/base/event.h"
#include "emulator/base/id_source.h"
#include "emulator/execution/workspace.h"
#include "emulator/pools/pool_definition.h"
#include "emulator/pools/session.h"
#include "emulator/pools/session_events.h"

namespace dynsessions::pools {

/// Facts about a session; reading them does not count as a use.
struct SessionInfo {
  SessionIdentifier identifier;
  std::string guid;
  Clock::TimePoint created_at;
  Clock::TimePoint last_accessed_at;
  Clock::TimePoint expires_at;  ///< time of the last access plus the cooldown period
  SessionState state;
  std::size_t calls;  ///< calls under way; while there are some, the cooldown does not run
};

/// TimerLabel::what of the end of a cooldown.
inline constexpr std::string_view kSessionExpired = "session-expired";

class SessionPool;

/// The use of a session by one call. While it exists, the cooldown does not run and the Session
/// object stays, even if the session is ended in the meantime. Move-only.
class SessionLease {
 public:
  SessionLease(SessionLease&& other) noexcept = default;
  SessionLease& operator=(SessionLease&&) = delete;
  ~SessionLease();

  Session& operator*() const noexcept { return *session_; }
  Session* operator->() const noexcept { return session_.get(); }
  /// The call that made the session (`X-Ms-New-Allocation`).
  [[nodiscard]] bool is_new_allocation() const noexcept { return new_allocation_; }

 private:
  friend class SessionPool;
  SessionLease(SessionPool& pool, std::shared_ptr<Session> session, bool new_allocation);

  SessionPool* pool_;
  std::shared_ptr<Session> session_;  ///< shared with the pool and with other calls
  bool new_allocation_;
};

/// A session pool: identifier to session, cooldown, maximum. Knows neither HTTP nor JSON.
/// Event-loop thread only. Call stop() and await it before destroying the pool.
class SessionPool {
 public:
  /// `clock`, `ids` and `events` outlive the pool. `workspaces` is shared with the pools that use
  /// the ready sessions of the default pool.
  SessionPool(boost::asio::any_io_executor executor, Clock& clock, IdSource& ids,
              std::shared_ptr<execution::WorkspaceFactory> workspaces, SessionEvents& events,
              PoolDefinition definition);
  SessionPool(const SessionPool&) = delete;
  SessionPool& operator=(const SessionPool&) = delete;
  ~SessionPool();

  /// Returns the active session of that identifier, and makes it on first use. `pool_exhausted` at
  /// the maximum; `sandbox_unavailable` when it cannot be made; `shutting_down` after stop().
  boost::asio::awaitable<Result<SessionLease>> acquire(SessionIdentifier identifier);

  /// Begins a program and does not wait for it: the session's executions() has its outcome under
  /// `id`. Holds the lease until the program has ended. Returns `execution_exists` if the id is
  /// taken.
  [[nodiscard]] static Result<void> begin_execution(SessionLease lease, const std::string& id,
                                                    execution::ExecutionRequest request);
  /// Returns the session under a lease, or `session_not_found`; never makes one.
  boost::asio::awaitable<Result<SessionLease>> acquire_existing(SessionIdentifier identifier);

  /// Returns nullopt if there is no such session. Does not count as a use: the cooldown continues.
  [[nodiscard]] std::optional<SessionInfo> find(const SessionIdentifier& identifier) const;
  /// Whether a program runs in the session.
  [[nodiscard]] bool is_executing(const SessionIdentifier& identifier) const;
  /// Whether a call uses the session of that guid.
  [[nodiscard]] bool has_calls(const std::string& guid) const;
  /// All sessions, oldest first.
  [[nodiscard]] std::vector<SessionInfo> list() const;
  /// Ends the session, even while a call uses it. Returns false if there is none. Its identifier is
  /// free when this resolves; processes and files are removed in the background.
  boost::asio::awaitable<bool> end_session(SessionIdentifier identifier,
                                           EndReason reason = EndReason::deleted);
  /// Ends every session as end_session() does.
  boost::asio::awaitable<void> evict_all();
  /// Kills the interpreters of all kernels of the session; false if there is no such session.
  /// Variables are lost, files stay.
  boost::asio::awaitable<bool> kill_kernels(SessionIdentifier identifier);

  /// Makes a workspace for replace_all(). If it is not passed on, the caller must stop it.
  boost::asio::awaitable<Result<std::unique_ptr<execution::Workspace>>> new_workspace();
  /// A workspace that becomes the session of an identifier.
  struct Prepared {
    SessionIdentifier identifier;
    std::unique_ptr<execution::Workspace> workspace;
  };
  /// Replaces all sessions by these at once: no call sees the pool in between.
  /// The identifiers differ and are no more than the maximum. False after stop(): nothing is
  /// changed, and the workspaces stay with the caller.
  [[nodiscard]] bool replace_all(std::vector<Prepared>& sessions);
  [[nodiscard]] bool is_stopping() const { return stopping_; }

  /// Later sessions follow `definition` and come from `workspaces`; those that exist stay as they
  /// are. The former workspaces are stopped in the background.
  void change(PoolDefinition definition, std::shared_ptr<execution::WorkspaceFactory> workspaces);

  /// Ends every session and every workspace in reserve, and waits until nothing is left.
  boost::asio::awaitable<void> stop();
  /// Waits until no call holds a lease. After stop() and this, nothing refers to the pool.
  boost::asio::awaitable<void> until_unused();

  [[nodiscard]] std::size_t size() const noexcept { return sessions_.size(); }
  /// Whether workspaces can be made.
  [[nodiscard]] execution::Readiness readiness() const { return workspaces_->readiness(); }
  boost::asio::awaitable<void> first_attempt() { return workspaces_->first_attempt(); }
  [[nodiscard]] const PoolDefinition& definition() const noexcept { return *definition_; }

 private:
  friend class SessionLease;

  static boost::asio::awaitable<void> execute_for_log(SessionLease lease, std::string id,
                                                      execution::ExecutionRequest request);
  static boost::asio::awaitable<void> stop_workspaces(
      std::shared_ptr<execution::WorkspaceFactory> workspaces);
  boost::asio::awaitable<void> allocate(std::shared_ptr<Session> session);
  /// Adds a session for an identifier without one.
  std::shared_ptr<Session> add_session(SessionIdentifier identifier);
  /// Frees the identifier of the session, unless another session has it.
  void forget(const Session& session);
  [[nodiscard]] bool has(const Session& session) const;
  [[nodiscard]] SessionInfo describe(const Session& session) const;
  void lease_begins(Session& session);
  void lease_ends(const std::shared_ptr<Session>& session);
  /// Removes the session from the pool at once and ends it in the background.
  void end(std::shared_ptr<Session> session, EndReason reason);

  /// stop() waits for the task. An exception from it is a bug and ends the event loop.
  void run_in_background(boost::asio::awaitable<void> task);

  boost::asio::any_io_executor executor_;
  Clock& clock_;
  IdSource& ids_;
  std::shared_ptr<execution::WorkspaceFactory> workspaces_;
  SessionEvents& events_;
  std::shared_ptr<const PoolDefinition> definition_;  ///< shared with the sessions it made
  std::unordered_map<SessionIdentifier, std::shared_ptr<Session>> sessions_;
  /// A few at a time: a thousand exiting processes would delay all other sessions.
  std::size_t background_tasks_ = 0;  ///< allocations and endings under way
  std::size_t leases_ = 0;            ///< of all sessions, also of those that have ended
  Event task_ended_;                  ///< or the last lease of a session
  bool stopping_ = false;
  bool stopped_ = false;
};

}  // namespace dynsessions::pools
