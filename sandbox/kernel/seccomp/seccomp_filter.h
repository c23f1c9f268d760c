#pragma once

#include "sandbox/kernel/seccomp/bpf_program.h"
#include "sandbox/protocol/launcher_spec.h"

/// Compiles the policies to what the kernel runs. This is libseccomp's work and allocates, so it
/// happens once, in the launcher, long before a child installs the result. Throws
/// std::runtime_error.
///
/// Both filters kill a process that uses another ABI than the native one, x32 included: the same
/// numbers mean other calls there.
namespace dynsessions::sandbox {

/// For a session's code: the policy of seccomp_policy.h, stricter in the restricted tier.
[[nodiscard]] BpfProgram compile_interpreter_filter(Tier tier = Tier::full);

/// For init: the two calls that init.cpp makes; any other kills.
[[nodiscard]] BpfProgram compile_init_filter();

}  // namespace dynsessions::sandbox
