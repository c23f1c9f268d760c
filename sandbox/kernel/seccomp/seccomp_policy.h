#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <seccomp.h>

/// The system calls of a session's code, as readable data. It is a list of allowed calls: a call
/// that is on no list does not exist (ENOSYS), so new kernels add nothing by themselves. Calls that
/// programs expect to exist, but not to be permitted, return EPERM.
///
/// It was derived from the calls that Docker allows without conditions, minus those that no data
/// program needs.
namespace dynsessions::sandbox {

struct SyscallGroup {
  const char* reason;  ///< why this is allowed or refused
  std::span<const char* const> names;
};

[[nodiscard]] std::span<const SyscallGroup> allowed_groups();
[[nodiscard]] std::span<const SyscallGroup> refused_groups();

/// A rule for one call that depends on its arguments; all comparisons must hold. Allowing rules
/// compare whole registers. Refusing rules compare the low 32 bits, which the kernel uses, so that
/// unusual high bits never turn a refusal into a permission (CVE-2019-10063).
struct ArgumentRule {
  const char* name;
  int error_number;  ///< 0 means allowed
  scmp_arg_cmp first;
  std::optional<scmp_arg_cmp> second = std::nullopt;
  std::optional<scmp_arg_cmp> third = std::nullopt;
};

[[nodiscard]] std::vector<ArgumentRule> argument_rules();

/// Calls that reach processes outside the session if there are no namespaces, and that Landlock
/// does not control (seccomp_restricted.cpp has the reason for each). These rules overrule all of
/// the above for the calls that they name.
[[nodiscard]] std::span<const SyscallGroup> groups_refused_in_restricted_tier();
[[nodiscard]] std::vector<ArgumentRule> argument_rules_of_restricted_tier();
/// The names in both lists.
[[nodiscard]] std::set<std::string> ruled_in_restricted_tier();

}  // namespace dynsessions::sandbox
