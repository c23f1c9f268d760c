#pragma once

#include <span>
#include <vector>

#include <linux/filter.h>

#include "sandbox/process/step.h"

namespace dynsessions::sandbox {

/// A compiled seccomp filter.
using BpfProgram = std::vector<sock_filter>;

/// Async-signal-safe; needs no_new_privs or CAP_SYS_ADMIN.
StepResult install_filter(std::span<const sock_filter> filter);

}  // namespace dynsessions::sandbox
