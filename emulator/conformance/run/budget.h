#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "emulator/conformance/cases/case.h"

namespace dynsessions::conformance {

/// A value for "no limit", larger than any run.
inline constexpr std::uint32_t kUnlimited = 1'000'000;

/// The highest cost of a run. A case that would exceed it is not started.
struct Budget {
  bool slow = false;  ///< whether slow cases are run at all
  std::uint32_t sessions = 50;
  std::uint32_t requests = 2000;
  std::chrono::minutes time{60};
};

/// The cost of cases if none fails, and their duration if all fail.
struct Plan {
  std::size_t cases = 0;
  std::uint32_t sessions = 0;
  std::uint32_t requests = 0;  ///< excludes requests that delete sessions afterwards
  std::chrono::minutes worst_case{0};
};

[[nodiscard]] Plan plan_of(const std::vector<Case>& cases);

/// The cases that a run would start if it had used up nothing of its budget.
[[nodiscard]] std::vector<Case> without_slow(std::vector<Case> cases, const Budget& budget);

/// The plan as a text that a person reads before confirming it.
[[nodiscard]] std::string describe(const Plan& plan, const Budget& budget,
                                   const std::string& target);

/// The cost of a run so far.
struct Spent {
  std::uint32_t sessions = 0;
  std::uint32_t requests = 0;
  std::chrono::milliseconds time{0};
};

/// Whether the budget allows another case: its sessions, its requests and the time.
[[nodiscard]] bool fits(const Case& next, bool needs_session, const Spent& spent,
                        const Budget& budget);

}  // namespace dynsessions::conformance
