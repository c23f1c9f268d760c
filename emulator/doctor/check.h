#pragma once

#include <string>
#include <vector>

namespace dynsessions::doctor {

enum class Verdict {
  good,
  warning,  ///< works, but not as the service does or not as fast as it could
  bad,      ///< sessions cannot run
};

/// The result of one check.
struct Check {
  std::string section;  ///< "environment", "sandbox", "limits"
  std::string name;
  Verdict verdict = Verdict::good;
  std::string finding;  ///< what was seen
  std::string cure;     ///< what to do about it; empty if good, or if another line has the cure
};

using Checks = std::vector<Check>;

}  // namespace dynsessions::doctor
