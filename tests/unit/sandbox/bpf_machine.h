#pragma once

#include <cstdint>

#include <linux/seccomp.h>

#include "sandbox/plan/sandbox_plan.h"

namespace dynsessions::sandbox::test {

/// Runs a filter on one system call as the kernel would, and returns its result: an action and, in
/// the low 16 bits, its data. Throws std::runtime_error for a program that the kernel refuses: an
/// unknown instruction, a jump or a load out of range, an end without a return.
[[nodiscard]] std::uint32_t run_filter(const BpfProgram& program, const seccomp_data& call);

}  // namespace dynsessions::sandbox::test
