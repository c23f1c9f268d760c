#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <seccomp.h>

/// What a session's code may ask the kernel for, as data to read aloud. It is a list of what is
/// allowed: a call that is on no list does not exist (ENOSYS), so new kernels add nothing by
/// themselves. Calls that a program may expect to exist, but not to have, answer EPERM.
///
/// It was derived from what Docker allows without conditions, less what no data program needs.
namespace dynsessions::sandbox {

struct SyscallGroup {
  const char* reason;  ///< why this is allowed, or refused
  std::span<const char* const> names;
};

[[nodiscard]] std::span<const SyscallGroup> allowed_groups();
[[nodiscard]] std::span<const SyscallGroup> refused_groups();

/// A rule for one call that depends on its arguments; all comparisons must hold. Allowing rules
/// compare whole registers and refusing ones the low 32 bits that the kernel looks at, so that odd
/// high bits never turn a refusal into a permission (CVE-2019-10063).
struct ArgumentRule {
  const char* name;
  int error_number;  ///< 0 allows
  scmp_arg_cmp first;
  std::optional<scmp_arg_cmp> second = std::nullopt;
  std::optional<scmp_arg_cmp> third = std::nullopt;
};

[[nodiscard]] std::vector<ArgumentRule> argument_rules();

/// Where no namespace bounds whom a call reaches, and Landlock does not look
/// (seccomp_restricted.cpp says what for each). These overrule all of the above for the calls that
/// they name.
[[nodiscard]] std::span<const SyscallGroup> groups_refused_in_restricted_tier();
[[nodiscard]] std::vector<ArgumentRule> argument_rules_of_restricted_tier();
/// The names in either of them.
[[nodiscard]] std::set<std::string> ruled_in_restricted_tier();

}  // namespace dynsessions::sandbox
