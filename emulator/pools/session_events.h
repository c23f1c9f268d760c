#pragma once

#include "emulator/base/error.h"
#include "emulator/execution/execution.h"

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
  virtual void allocation_failed(const Error& error) = 0;
  /// One of its programs was ended by this limit.
  virtual void limit_exceeded(const Session& session, execution::SessionLimit limit) = 0;
  virtual void session_ended(const Session& session, EndReason reason) = 0;
};

}  // namespace dynsessions::pools
