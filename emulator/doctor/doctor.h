#pragma once

#include "emulator/config/config.h"
#include "emulator/doctor/check.h"
#include "emulator/runtimes/installation.h"

/// `dynsessions doctor`: looks at what sessions need, with the options that a server would be
/// started with, and says what is wrong and how it is put right. A section is a function that
/// returns Checks; add one to examine().
namespace dynsessions::doctor {

/// Takes about two seconds, and twenty for a Python that never answers. No thread may exist: it
/// starts processes.
[[nodiscard]] Checks examine(const config::Config& config, const runtimes::Installation& installation);

}  // namespace dynsessions::doctor
