#pragma once

#include "sandbox/kernel/seccomp/bpf_program.h"
#include "sandbox/protocol/launcher_spec.h"

/// Compiles the policies to BPF programs. libseccomp does this and allocates memory, so it happens
/// once, in the launcher, long before a child installs the result. Throws std::runtime_error.
///
/// Both filters kill a process that uses another ABI than the native one, including x32, because
/// the same numbers mean other calls there.
namespace dynsessions::sandbox {

/// The filter for a session's code: the policy of seccomp_policy.h, stricter in the restricted
/// tier.
[[nodiscard]] BpfProgram compile_interpreter_filter(Tier tier = Tier::full);

/// The filter for init: it allows the two calls that init.cpp makes; any other call kills the
/// process.
[[nodiscard]] BpfProgram compile_init_filter();

}  // namespace dynsessions::sandbox
