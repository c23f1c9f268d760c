#pragma once

#include <string>

#include "emulator/doctor/check.h"
#include "sandbox/protocol/limit_report.h"

namespace dynsessions::doctor {

/// The section *limits*: which of a session's limits are hard here, which are soft and which are
/// missing. `obstacle` is what the launcher met when it looked for cgroups, empty when
/// nothing.
[[nodiscard]] Checks check_limits(const sandbox::LimitReport& report, const std::string& obstacle);

}  // namespace dynsessions::doctor
