#include "emulator/observability/session_log.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "emulator/base/printable.h"
#include "emulator/cures/cures.h"
#include "emulator/observability/event_names.h"
#include "emulator/pools/session.h"

namespace dynsessions::observability {
namespace {

std::string_view words_for(pools::EndReason reason) {
  switch (reason) {
    case pools::EndReason::cooldown_passed:
      return "its cooldown passed";
    case pools::EndReason::deleted:
      return "a client deleted it";
    case pools::EndReason::evicted:
      return "it was evicted";
    case pools::EndReason::interpreter_lost:
      return "its interpreter was lost";
    case pools::EndReason::pool_stopped:
      return "the pool stops";
  }
  return {};
}

/// Returns the name of a signal, such as "SIGSEGV".
std::string name_of_signal(int signal) {
  const char* name = ::sigabbrev_np(signal);
  return name == nullptr ? fmt::format("signal {}", signal) : fmt::format("SIG{}", name);
}

std::string sentence_for(const std::string& guid, execution::Kernel kernel,
                         const execution::KernelEnd& end) {
  if (end.limit) {
    return fmt::format("a program of session {} was ended; {}", guid,
                       dynsessions::reason_of(*end.limit));
  }
  const std::string subject = fmt::format("the {} kernel of session {}", name_of(kernel), guid);
  if (end.timed_out) return subject + " was ended: its program did not stop at its timeout";
  return fmt::format("{} died{}: {}", subject, end.between_programs ? " between two programs" : "",
                     end.signal != 0 ? "killed by " + name_of_signal(end.signal)
                                     : fmt::format("exit status {}", end.exit_status));
}

}  // namespace

SessionLog::SessionLog(const Clock& clock, std::string pool, Log log)
    : clock_(clock), pool_(std::move(pool)), log_(std::move(log)) {}

void SessionLog::session_allocated(const pools::Session& session) {
  write(LogLevel::info,
        LogEvent("session-allocated", fmt::format("session {} allocated", session.guid())),
        session);
}

void SessionLog::allocation_failed(const Error& error) {
  const std::string reason = error.message + (error.step.empty() ? "" : "; " + cure_of(error));
  LogEvent event("session-allocation-failed", "session not allocated: " + printable(reason));
  event.in_sentence("reason", reason).add("pool", pool_);
  log_.write(LogLevel::error, event);
}

void SessionLog::kernel_ended(const pools::Session& session, execution::Kernel kernel,
                              const execution::KernelEnd& end) {
  LogEvent event("kernel-ended", sentence_for(session.guid(), kernel, end));
  event.in_sentence("kernel", name_of(kernel)).in_sentence("reason", name_of(end));
  if (end.signal != 0) event.in_sentence("signal", name_of_signal(end.signal));
  if (end.signal == 0) event.in_sentence("exitStatus", std::uint64_t(end.exit_status));
  write(LogLevel::warning, std::move(event), session);
}

void SessionLog::session_ended(const pools::Session& session, pools::EndReason reason) {
  const auto age =
      std::chrono::duration_cast<std::chrono::seconds>(clock_.now() - session.created_at());
  LogEvent event("session-ended", fmt::format("session {} ended after {} s: {}", session.guid(),
                                              age.count(), words_for(reason)));
  event.in_sentence("reason", name_of(reason))
      .in_sentence("ageSeconds", std::uint64_t(std::max<std::int64_t>(age.count(), 0)));
  write(LogLevel::info, std::move(event), session);
}

void SessionLog::write(LogLevel level, LogEvent event, const pools::Session& session) const {
  event.in_sentence("session", session.guid());
  event.add("pool", pool_).add("identifier", digest_of(session.identifier().text()));
  log_.write(level, event);
}

}  // namespace dynsessions::observability
