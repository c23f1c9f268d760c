#pragma once

#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/kernel/seccomp/seccomp_policy.h"
#include "sandbox/plan/sandbox_plan.h"
#include "sandbox/protocol/launcher_spec.h"

/// The compiled filters as a text that lists their answers, call by call: seccomp_policy.txt is the
/// agreed text. A change of the policy changes the text, so that a reviewer sees it.
namespace dynsessions::sandbox::test {

inline constexpr int kLastNumber = 1023;
inline constexpr std::uint32_t kX32Bit = 0x4000'0000;

using Arguments = std::array<std::uint64_t, 6>;

/// Returns the filter's answer to one native call.
[[nodiscard]] std::uint32_t native_answer(const BpfProgram& filter, int number,
                                          const Arguments& arguments = {});

/// Returns "allow", "kill", or the name of the error.
[[nodiscard]] std::string answer_text(std::uint32_t answer);

/// The filter of a tier's interpreters, and the argument rules that it was made of.
struct Policy {
  BpfProgram filter;
  std::vector<ArgumentRule> rules;
};
[[nodiscard]] Policy policy_of(Tier tier);

/// Returns values of the argument that tell one rule of that call from another: small ones, each
/// bit, and the values in rules and their neighbours.
[[nodiscard]] std::set<std::uint64_t> telling_values(const Policy& policy, std::string_view call,
                                                     unsigned argument);

/// Returns the text of all filters.
[[nodiscard]] std::string dump_filters();

}  // namespace dynsessions::sandbox::test
