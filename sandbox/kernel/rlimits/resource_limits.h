#pragma once

#include <array>
#include <span>

#include <sys/resource.h>

#include "sandbox/process/step.h"
#include "sandbox/protocol/sandbox_profile.h"

/// Resource limits of the interpreter and its child processes. They are hard: soft limit and
/// maximum are equal. For limits of a whole sandbox see cgroups.h.
namespace dynsessions::sandbox {

struct ResourceLimit {
  __rlimit_resource resource;
  rlim_t value;
  const char* name;
};

using ResourceLimits = std::array<ResourceLimit, 11>;

[[nodiscard]] ResourceLimits resource_limits(const Limits& limits);

/// Async-signal-safe. Call it inside the user namespace, where RLIMIT_NPROC counts this sandbox's
/// processes only. A maximum that is already lower stays.
StepResult apply_limits(std::span<const ResourceLimit> limits);

}  // namespace dynsessions::sandbox
