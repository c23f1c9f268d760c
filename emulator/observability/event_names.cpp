#include "emulator/observability/event_names.h"

namespace dynsessions::observability {

std::string_view name_of(pools::EndReason reason) {
  switch (reason) {
    case pools::EndReason::cooldown_passed:
      return "cooldown-passed";
    case pools::EndReason::deleted:
      return "deleted";
    case pools::EndReason::evicted:
      return "evicted";
    case pools::EndReason::interpreter_lost:
      return "interpreter-lost";
    case pools::EndReason::pool_stopped:
      return "pool-stopped";
  }
  return {};
}

std::string_view name_of(execution::ExecutionOutcome outcome) {
  switch (outcome) {
    case execution::ExecutionOutcome::succeeded:
      return "succeeded";
    case execution::ExecutionOutcome::raised:
      return "raised";
    case execution::ExecutionOutcome::timed_out:
      return "timed-out";
    case execution::ExecutionOutcome::timed_out_restarted:
      return "timed-out-restarted";
    case execution::ExecutionOutcome::aborted:
      return "aborted";
    case execution::ExecutionOutcome::interpreter_died:
      return "interpreter-died";
    case execution::ExecutionOutcome::out_of_memory:
      return "out-of-memory";
    case execution::ExecutionOutcome::out_of_storage:
      return "out-of-storage";
  }
  return {};
}

std::string_view name_of(const execution::KernelEnd& end) {
  if (end.timed_out) return "timeout";
  if (!end.limit) return "died";
  return *end.limit == execution::SessionLimit::memory ? "memory-limit" : "file-limit";
}

}  // namespace dynsessions::observability
