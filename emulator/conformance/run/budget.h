#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "emulator/conformance/cases/case.h"

namespace dynsessions::conformance {

/// A budget that is no limit; larger than any run.
inline constexpr std::uint32_t kUnlimited = 1'000'000;

/// What a run may cost at most. A case that does not fit any more is not begun.
struct Budget {
  bool slow = false;  ///< whether slow cases are run at all
  std::uint32_t sessions = 50;
  std::uint32_t requests = 2000;
  std::chrono::minutes time{60};
};

/// What cases cost if nothing goes wrong, and how long they take if everything does.
struct Plan {
  std::size_t cases = 0;
  std::uint32_t sessions = 0;
  std::uint32_t requests = 0;  ///< without the ones that delete sessions afterwards
  std::chrono::minutes worst_case{0};
};

[[nodiscard]] Plan plan_of(const std::vector<Case>& cases);

/// The cases that a run with this budget would begin, were nothing used up.
[[nodiscard]] std::vector<Case> without_slow(std::vector<Case> cases, const Budget& budget);

/// The plan as a person reads it before agreeing to it.
[[nodiscard]] std::string describe(const Plan& plan, const Budget& budget,
                                   const std::string& target);

/// What a run has cost so far.
struct Spent {
  std::uint32_t sessions = 0;
  std::uint32_t requests = 0;
  std::chrono::milliseconds time{0};
};

/// Whether a case may begin: the sessions it may need, its requests and the clock.
[[nodiscard]] bool fits(const Case& next, bool needs_session, const Spent& spent,
                        const Budget& budget);

}  // namespace dynsessions::conformance
