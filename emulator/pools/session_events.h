#pragma once

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "emulator/base/error.h"
#include "emulator/base/identifiers.h"
#include "emulator/execution/execution.h"

namespace dynsessions::pools {

class Session;

enum class EndReason {
  cooldown_passed,
  deleted,  ///< deleted by a client
  evicted,  ///< ended through the admin API or by a fault
  interpreter_lost,
  pool_stopped,
};

/// Receives the events of one pool's sessions, for example for log, metrics and event stream.
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
  /// A new session was refused because the pool is full.
  virtual void allocation_refused(const SessionIdentifier& /*identifier*/) {}

  // Events of programs, which most listeners ignore.
  virtual void program_started(const Session& /*session*/, execution::Kernel /*kernel*/) {}
  /// Untrusted bytes, in the pieces in which they arrive; a character can be split between two.
  virtual void output_written(const Session& /*session*/, execution::Kernel /*kernel*/,
                              execution::Stream /*stream*/, std::string_view /*bytes*/) {}
  virtual void program_ended(const Session& /*session*/, execution::Kernel /*kernel*/,
                             const execution::ExecutionResult& /*result*/) {}
};

/// Passes each event to several listeners, in order.
class SessionEventsList final : public SessionEvents {
 public:
  explicit SessionEventsList(std::vector<std::unique_ptr<SessionEvents>> listeners)
      : listeners_(std::move(listeners)) {}

  void session_allocated(const Session& session) override;
  void allocation_failed(const Error& error) override;
  void kernel_ended(const Session& session, execution::Kernel kernel,
                    const execution::KernelEnd& end) override;
  void session_ended(const Session& session, EndReason reason) override;
  void allocation_refused(const SessionIdentifier& identifier) override;
  void program_started(const Session& session, execution::Kernel kernel) override;
  void output_written(const Session& session, execution::Kernel kernel, execution::Stream stream,
                      std::string_view bytes) override;
  void program_ended(const Session& session, execution::Kernel kernel,
                     const execution::ExecutionResult& result) override;

 private:
  const std::vector<std::unique_ptr<SessionEvents>> listeners_;
};

}  // namespace dynsessions::pools
