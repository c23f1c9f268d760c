#include "emulator/observability/session_log.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>

#include <fmt/format.h>

#include "emulator/base/printable.h"
#include "emulator/cures/cures.h"
#include "emulator/pools/session.h"

namespace dynsessions::observability {
namespace {

struct Words {
  std::string_view name;  ///< member `reason` of the event
  std::string_view text;
};

Words words_for(pools::EndReason reason) {
  switch (reason) {
    case pools::EndReason::cooldown_passed:
      return {"cooldown-passed", "its cooldown passed"};
    case pools::EndReason::deleted:
      return {"deleted", "a client deleted it"};
    case pools::EndReason::interpreter_lost:
      return {"interpreter-lost", "its interpreter was lost"};
    case pools::EndReason::pool_stopped:
      return {"pool-stopped", "the pool stops"};
  }
  return {};
}

std::string_view name_of(execution::Kernel kernel) {
  switch (kernel) {
    case execution::Kernel::synchronous:
      return "synchronous";
    case execution::Kernel::asynchronous:
      return "asynchronous";
    case execution::Kernel::empty:
      return "empty";
  }
  return "";
}

std::string_view reason_of(execution::ExecutionOutcome outcome) {
  switch (outcome) {
    case execution::ExecutionOutcome::out_of_memory:
      return "memory-limit";
    case execution::ExecutionOutcome::out_of_storage:
      return "file-limit";
    case execution::ExecutionOutcome::timed_out_restarted:
      return "timeout";
    default:
      return "died";
  }
}

std::string sentence_for(const std::string& guid, execution::Kernel kernel,
                         execution::ExecutionOutcome outcome) {
  if (const auto limit = execution::exceeded_limit(outcome)) {
    return fmt::format("a program of session {} was ended; {}", guid,
                       dynsessions::reason_of(*limit));
  }
  const bool timed_out = outcome == execution::ExecutionOutcome::timed_out_restarted;
  return fmt::format("the {} kernel of session {} {}", name_of(kernel), guid,
                     timed_out ? "was ended: its program did not stop at its timeout"
                               : "died: its program exited, crashed or was killed");
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
                              execution::ExecutionOutcome outcome) {
  LogEvent event("kernel-ended", sentence_for(session.guid(), kernel, outcome));
  event.in_sentence("kernel", name_of(kernel)).in_sentence("reason", reason_of(outcome));
  write(LogLevel::warning, std::move(event), session);
}

void SessionLog::session_ended(const pools::Session& session, pools::EndReason reason) {
  const auto age =
      std::chrono::duration_cast<std::chrono::seconds>(clock_.now() - session.created_at());
  const Words words = words_for(reason);
  LogEvent event("session-ended", fmt::format("session {} ended after {} s: {}", session.guid(),
                                              age.count(), words.text));
  event.in_sentence("reason", words.name)
      .in_sentence("ageSeconds", std::uint64_t(std::max<std::int64_t>(age.count(), 0)));
  write(LogLevel::info, std::move(event), session);
}

void SessionLog::write(LogLevel level, LogEvent event, const pools::Session& session) const {
  event.in_sentence("session", session.guid());
  event.add("pool", pool_).add("identifier", digest_of(session.identifier().text()));
  log_.write(level, event);
}

}  // namespace dynsessions::observability
