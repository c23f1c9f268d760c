#pragma once

#include <string_view>

#include "emulator/pools/session_events.h"

/// Names of events of sessions and of their reasons, for log, metrics and event stream. They are
/// stable, because programs read them.
namespace dynsessions::observability {

[[nodiscard]] std::string_view name_of(pools::EndReason reason);
[[nodiscard]] std::string_view name_of(execution::ExecutionOutcome outcome);
/// Why the interpreter of a kernel ended.
[[nodiscard]] std::string_view name_of(const execution::KernelEnd& end);

}  // namespace dynsessions::observability
