#pragma once

#include <string_view>

namespace dynsessions::pools {

class Session;

enum class EndReason { cooldown_passed, deleted, interpreter_lost, pool_stopped };

/// What happens to sessions, for whoever wants to know: log, journal, metrics, page. Called on the
/// event-loop thread; must not wait. Sessions are named by guid, never by identifier.
class SessionEvents {
 public:
  SessionEvents() = default;
  SessionEvents(const SessionEvents&) = delete;
  SessionEvents& operator=(const SessionEvents&) = delete;
  virtual ~SessionEvents() = default;

  virtual void session_allocated(const Session& session) = 0;
  virtual void allocation_failed(std::string_view reason) = 0;
  /// A program of it was ended by a limit; which, in the words of execution::exceeded_limit().
  virtual void limit_exceeded(const Session& session, std::string_view which) = 0;
  virtual void session_ended(const Session& session, EndReason reason) = 0;
};

}  // namespace dynsessions::pools
