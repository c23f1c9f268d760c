#include "emulator/pools/session_pool.h"

#include <algorithm>
#include <exception>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "emulator/base/spawn.h"
#include "emulator/pools/session_errors.h"

namespace dynsessions::pools {
namespace asio = boost::asio;

namespace {

/// Turns an Error into the result of an asynchronous execution: a refusal becomes the text of a
/// failed program, and any other error a program that was cut short by the end of its session.
execution::ExecutionResult result_for(const Error& error) {
  execution::ExecutionResult result;
  result.outcome = execution::ExecutionOutcome::interpreter_died;
  if (error.code != ErrorCode::program_not_scripted) return result;
  result.outcome = execution::ExecutionOutcome::raised;
  result.traceback = error.message + '\n';
  return result;
}

}  // namespace

SessionLease::SessionLease(SessionPool& pool, std::shared_ptr<Session> session, bool new_allocation)
    : pool_(&pool), session_(std::move(session)), new_allocation_(new_allocation) {
  pool_->lease_begins(*session_);
}

SessionLease::~SessionLease() {
  if (session_) pool_->lease_ends(session_);
}

SessionPool::SessionPool(asio::any_io_executor executor, Clock& clock, IdSource& ids,
                         std::shared_ptr<execution::WorkspaceFactory> workspaces,
                         SessionEvents& events, PoolDefinition definition)
    : executor_(executor),
      clock_(clock),
      ids_(ids),
      workspaces_(std::move(workspaces)),
      events_(events),
      definition_(std::make_shared<const PoolDefinition>(std::move(definition))),
      task_ended_(executor) {}

SessionPool::~SessionPool() = default;

asio::awaitable<Result<SessionLease>> SessionPool::acquire(SessionIdentifier identifier) {
  if (stopping_) co_return Error{ErrorCode::shutting_down, "The emulator is stopping.", {}, {}};
  auto found = sessions_.find(identifier);
  if (found != sessions_.end() && found->second->is_lost()) {
    // A call still holds the lost session; this call does not wait for it.
    end(found->second, EndReason::interpreter_lost);
    found = sessions_.end();
  }
  const bool is_new = found == sessions_.end();
  std::shared_ptr<Session> session;
  if (is_new) {
    if (sessions_.size() >= definition_->max_sessions) {
      events_.allocation_refused(identifier);
      co_return Error{ErrorCode::pool_exhausted,
                      pool_is_full(definition_->max_sessions),
                      {},
                      "raise --max-sessions, or wait until a cooldown passes"};
    }
    session = add_session(std::move(identifier));
    // If this fails at once, the session is removed from the pool again.
    run_in_background(allocate(session));
  } else {
    session = found->second;
  }
  SessionLease lease(*this, std::move(session), is_new);
  auto allocated = co_await lease->until_allocated();
  if (!allocated) co_return allocated.error();
  co_return lease;
}

std::shared_ptr<Session> SessionPool::add_session(SessionIdentifier identifier) {
  std::string guid = ids_.next("session " + definition_->id.key() + ' ' + identifier.text());
  auto session = std::make_shared<Session>(executor_, identifier, std::move(guid), definition_,
                                           clock_, events_);
  sessions_.emplace(std::move(identifier), session);
  return session;
}

asio::awaitable<Result<SessionLease>> SessionPool::acquire_existing(SessionIdentifier identifier) {
  const auto found = sessions_.find(identifier);
  if (found == sessions_.end()) {
    co_return no_such_session();
  }
  SessionLease lease(*this, found->second, false);
  auto allocated = co_await lease->until_allocated();
  if (!allocated) co_return allocated.error();
  co_return lease;
}

Result<void> SessionPool::begin_execution(SessionLease lease, const std::string& id,
                                          execution::ExecutionRequest request) {
  auto begun = lease->executions_.begin(id, request);
  if (!begun) return begun.error();
  SessionPool& pool = *lease.pool_;
  pool.run_in_background(execute_for_log(std::move(lease), id, std::move(request)));
  return {};
}

asio::awaitable<void> SessionPool::execute_for_log(SessionLease lease, std::string id,
                                                   execution::ExecutionRequest request) {
  auto result = co_await lease->execute(std::move(request));
  lease->executions_.finish(id, result ? std::move(*result) : result_for(result.error()));
}

asio::awaitable<void> SessionPool::allocate(std::shared_ptr<Session> session) {
  const auto workspaces = workspaces_;  // change() can replace them in the meantime
  auto workspace = co_await workspaces->create();
  const bool made = workspace.has_value();
  if (!made) {
    forget(*session);
    events_.allocation_failed(workspace.error());
  }
  session->allocation_ended(std::move(workspace));
  if (!made) co_return;
  events_.session_allocated(*session);
  if (stopping_) {
    end(session, EndReason::pool_stopped);
  } else if (!has(*session)) {  // replace_all() has removed the session in the meantime
    end(session, EndReason::evicted);
  }
}

SessionInfo SessionPool::describe(const Session& session) const {
  return {session.identifier(),
          session.guid(),
          session.created_at(),
          session.last_accessed_at_,
          session.last_accessed_at_ + session.definition().cooldown_period,
          session.state(),
          session.leases_};
}

std::optional<SessionInfo> SessionPool::find(const SessionIdentifier& identifier) const {
  const auto found = sessions_.find(identifier);
  if (found == sessions_.end()) return std::nullopt;
  return describe(*found->second);
}

bool SessionPool::is_executing(const SessionIdentifier& identifier) const {
  const auto found = sessions_.find(identifier);
  return found != sessions_.end() && found->second->programs_ > 0;
}

bool SessionPool::has_calls(const std::string& guid) const {
  return std::any_of(sessions_.begin(), sessions_.end(), [&guid](const auto& entry) {
    return entry.second->guid() == guid && entry.second->leases_ > 0;
  });
}

std::vector<SessionInfo> SessionPool::list() const {
  std::vector<SessionInfo> all;
  all.reserve(sessions_.size());
  for (const auto& [identifier, session] : sessions_) all.push_back(describe(*session));
  std::sort(all.begin(), all.end(), [](const SessionInfo& a, const SessionInfo& b) {
    return std::tie(a.created_at, a.identifier) < std::tie(b.created_at, b.identifier);
  });
  return all;
}

asio::awaitable<bool> SessionPool::end_session(SessionIdentifier identifier, EndReason reason) {
  const auto found = sessions_.find(identifier);
  if (found == sessions_.end()) co_return false;
  const std::shared_ptr<Session> session = found->second;
  co_await session->until_allocated();
  if (session->state() != SessionState::active) co_return false;
  end(session, reason);
  co_return true;
}

asio::awaitable<void> SessionPool::evict_all() {
  for (const SessionInfo& session : list()) {
    co_await end_session(session.identifier, EndReason::evicted);
  }
}

asio::awaitable<Result<std::unique_ptr<execution::Workspace>>> SessionPool::new_workspace() {
  const auto workspaces = workspaces_;  // change() can replace them in the meantime
  co_return co_await workspaces->create();
}

bool SessionPool::replace_all(std::vector<Prepared>& sessions) {
  if (stopping_) return false;
  std::vector<std::shared_ptr<Session>> former;
  for (const auto& [identifier, session] : sessions_) former.push_back(session);
  for (const auto& session : former) {
    // A session that is being allocated ends as soon as that is done.
    if (session->state() == SessionState::active) end(session, EndReason::evicted);
    forget(*session);
  }
  for (Prepared& prepared : sessions) {
    const auto session = add_session(std::move(prepared.identifier));
    session->allocation_ended(std::move(prepared.workspace));
    events_.session_allocated(*session);
    const SessionLease first_use(*this, session, true);  // the cooldown begins when this lease ends
  }
  return true;
}

bool SessionPool::has(const Session& session) const {
  const auto found = sessions_.find(session.identifier());
  return found != sessions_.end() && found->second.get() == &session;
}

void SessionPool::forget(const Session& session) {
  if (has(session)) sessions_.erase(session.identifier());
}

asio::awaitable<bool> SessionPool::kill_kernels(SessionIdentifier identifier) {
  const auto session = co_await acquire_existing(std::move(identifier));
  if (!session) co_return false;
  co_await (*session)->kill_kernels();
  co_return true;
}

void SessionPool::lease_begins(Session& session) {
  ++leases_;
  ++session.leases_;
  session.last_accessed_at_ = clock_.now();
  if (session.cooldown_timer_) clock_.cancel(*std::exchange(session.cooldown_timer_, {}));
}

void SessionPool::lease_ends(const std::shared_ptr<Session>& session) {
  --leases_;
  --session->leases_;
  if (leases_ == 0 && stopping_) task_ended_.notify();
  if (session->state() != SessionState::active) return;
  if (session->is_lost()) return end(session, EndReason::interpreter_lost);
  if (session->leases_ > 0) return;
  session->last_accessed_at_ = clock_.now();
  auto cooldown_passed = [this, session] {
    session->cooldown_timer_.reset();
    end(session, EndReason::cooldown_passed);
  };
  session->cooldown_timer_ =
      clock_.call_at(clock_.now() + session->definition().cooldown_period,
                     std::move(cooldown_passed), {kSessionExpired, session->guid()});
}

void SessionPool::end(std::shared_ptr<Session> session, EndReason reason) {
  if (session->cooldown_timer_) clock_.cancel(*std::exchange(session->cooldown_timer_, {}));
  forget(*session);
  events_.session_ended(*session, reason);
  Session& ending = *session;
  run_in_background(ending.end(std::move(session)));
}

void SessionPool::run_in_background(asio::awaitable<void> task) {
  ++background_tasks_;
  spawn(executor_, std::move(task), [this](const std::exception_ptr& exception) {
    --background_tasks_;
    task_ended_.notify();
    if (exception) std::rethrow_exception(exception);  // a bug: it leaves the event loop
  });
}

asio::awaitable<void> SessionPool::stop_workspaces(
    std::shared_ptr<execution::WorkspaceFactory> workspaces) {
  co_await workspaces->stop();
}

void SessionPool::change(PoolDefinition definition,
                         std::shared_ptr<execution::WorkspaceFactory> workspaces) {
  definition_ = std::make_shared<const PoolDefinition>(std::move(definition));
  if (workspaces == workspaces_) return;
  run_in_background(stop_workspaces(std::exchange(workspaces_, std::move(workspaces))));
}

asio::awaitable<void> SessionPool::until_unused() {
  while (leases_ > 0) co_await task_ended_.wait();
}

asio::awaitable<void> SessionPool::stop() {
  if (std::exchange(stopping_, true)) {
    while (!stopped_) co_await task_ended_.wait();
    co_return;
  }
  std::vector<std::shared_ptr<Session>> active;
  for (const auto& [identifier, session] : sessions_) {
    if (session->state() == SessionState::active) active.push_back(session);
  }
  for (const auto& session : active) end(session, EndReason::pool_stopped);
  co_await workspaces_->stop();
  while (background_tasks_ > 0) co_await task_ended_.wait();
  stopped_ = true;
  task_ended_.notify();
}

}  // namespace dynsessions::pools
