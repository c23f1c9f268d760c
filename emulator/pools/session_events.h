#pragma once

#include "emulator/base/error.h"
#include "emulator/execution/execution.h"

namespace dynsessions::pools {

class Session;

enum class EndReason {
  cooldown_passed,
  deleted,  ///< by a client
  evicted,  ///< through the admin API, or by a fault
  interpreter_lost,
  pool_stopped,
};

/// Is told what happens to the sessions of one pool: log, and later journal, metrics and page.
/// Called on the event-loop thread; must not wait. An implementation that needs the name of the
/// pool gets it in its constructor.
class SessionEvents {
 public:
  SessionEvents() = default;
  SessionEvents(const SessionEvents&) = delete;
  SessionEvents& operator=(const SessionEvents&) = delete;
  virtual ~SessionEvents() = default;

  virtual void session_allocated(const Session& session) = 0;
  virtual void allocation_failed(const Error& error) = 0;
  /// An interpreter of the kernel ended and was replaced. Reported when the program that ran in it,
  /// or the first one after it, has been answered.
  virtual void kernel_ended(const Session& session, execution::Kernel kernel,
                            const execution::KernelEnd& end) = 0;
  virtual void session_ended(const Session& session, EndReason reason) = 0;
};

}  // namespace dynsessions::pools
