#pragma once

#include "emulator/config/config.h"
#include "emulator/doctor/check.h"
#include "emulator/runtimes/installation.h"

namespace dynsessions::doctor {

/// The section *sandbox*: a line for each tier (emulator/app/tier_choice.h), then a program in a
/// session of the one that `config` leads to here; and the section *limits* of that tier. The real
/// set-up by the real launcher in throw-away sandboxes; blocks until everything is gone again, for
/// about a second. It starts processes, so no thread may exist.
[[nodiscard]] Checks check_sandbox(const config::Config& config, const runtimes::Installation& installation);

}  // namespace dynsessions::doctor
