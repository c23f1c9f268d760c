#pragma once

#include <cstdint>
#include <string>

#include "emulator/doctor/check.h"
#include "sandbox/protocol/limit_report.h"

namespace dynsessions::doctor {

/// The section *limits*: which of a session's limits are hard here, which are soft and which are
/// missing. `obstacle` is what the launcher met when it looked for cgroups, empty when
/// nothing.
[[nodiscard]] Checks check_limits(const sandbox::LimitReport& report, const std::string& obstacle);

/// Whether the limit of open files is enough for as many sessions as are allowed.
[[nodiscard]] Check check_descriptors(std::uint64_t descriptor_limit, std::uint64_t sessions);

}  // namespace dynsessions::doctor
