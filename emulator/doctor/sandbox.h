#pragma once

#include <string>

#include "emulator/core/error.h"
#include "emulator/doctor/check.h"
#include "sandbox/launch_spec.h"

namespace dynsessions::doctor {

/// The section *sandbox*: the real set-up by the real launcher in throw-away sandboxes, up to the
/// first check that fails. Blocks until everything is gone again, for about a second; it starts a
/// process, so no thread may exist.
[[nodiscard]] Checks check_sandbox(const std::string& launcher, const sandbox::LaunchSpec& spec);

/// What to do when the set-up fails with `error`; by the name of the step, which its message has.
[[nodiscard]] std::string cure_of(const Error& error);

}  // namespace dynsessions::doctor
