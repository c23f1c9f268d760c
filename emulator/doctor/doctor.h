#pragma once

#include "emulator/config/config.h"
#include "emulator/doctor/check.h"
#include "emulator/runtimes/installation.h"

/// `dynsessions doctor`: checks what sessions need, with the options of a future server, and
/// reports what is wrong and how to fix it. A section is a function that returns Checks; add new
/// ones to examine().
namespace dynsessions::doctor {

/// Takes about two seconds, or twenty if Python never answers. It starts processes, so the program
/// must not have other threads.
[[nodiscard]] Checks examine(const config::Config& config,
                             const runtimes::Installation& installation);

}  // namespace dynsessions::doctor
