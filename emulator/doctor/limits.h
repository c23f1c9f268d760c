#pragma once

#include <cstdint>
#include <string>

#include "emulator/doctor/check.h"
#include "sandbox/protocol/limit_report.h"

namespace dynsessions::doctor {

/// Why the kernel does not count all objects for each session, under a root server.
struct SessionUserFacts {
  std::string missing{};      ///< capabilities that it lacks
  bool are_separate = false;  ///< sessions have separate users, which do not own their namespaces
};

/// The section *limits*: which limits of a session are hard on this machine, which are soft and
/// which are missing. `obstacle` is the reason why the launcher cannot use cgroups; empty if it
/// can.
[[nodiscard]] Checks check_limits(const sandbox::LimitReport& report, const std::string& obstacle,
                                  const SessionUserFacts& users = {});

/// Whether the limit of open files is high enough for the allowed number of sessions.
[[nodiscard]] Check check_descriptors(std::uint64_t descriptor_limit, std::uint64_t sessions);

}  // namespace dynsessions::doctor
