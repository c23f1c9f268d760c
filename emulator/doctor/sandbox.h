#pragma once

#include "emulator/config/config.h"
#include "emulator/doctor/check.h"
#include "emulator/runtimes/installation.h"

namespace dynsessions::doctor {

/// The section *sandbox*: a line for each tier (emulator/app/tier_choice.h), then a program in a
/// session of the tier that `config` selects here; and the section *limits* of that tier. Uses the
/// real launcher and temporary sandboxes. Blocks for about a second, until all of them have ended.
/// It starts processes, so the program must not have other threads.
[[nodiscard]] Checks check_sandbox(const config::Config& config,
                                   const runtimes::Installation& installation);

}  // namespace dynsessions::doctor
