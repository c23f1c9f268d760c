#pragma once

#include <array>
#include <span>

#include <sys/resource.h>

#include "sandbox/process/step.h"
#include "sandbox/protocol/sandbox_profile.h"

/// Resource limits of the interpreter and whatever it starts. They are hard: soft and maximum are
/// the same. Cgroups, which count a whole sandbox, are cgroups.h.
namespace dynsessions::sandbox {

struct ResourceLimit {
  __rlimit_resource resource;
  rlim_t value;
  const char* name;
};

using ResourceLimits = std::array<ResourceLimit, 11>;

[[nodiscard]] ResourceLimits resource_limits(const Limits& limits);

/// Async-signal-safe; to be called inside the user namespace, where RLIMIT_NPROC counts this
/// sandbox's processes only. A maximum that is lower already stays.
StepResult apply_limits(std::span<const ResourceLimit> limits);

}  // namespace dynsessions::sandbox
