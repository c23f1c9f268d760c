#pragma once

#include "emulator/config/config.h"
#include "emulator/doctor/check.h"
#include "emulator/runtimes/installation.h"

namespace dynsessions::doctor {

/// Looks at the packages that were added to those of the environment (app/session_packages.h), and
/// lets `config.host.python` name the environment that has them if it was built; then asks the
/// running servers that use the requirements file. Throws config::ConfigError if the file cannot be
/// used.
[[nodiscard]] Checks check_added_packages(config::Config& config,
                                          const config::Environment& environment,
                                          const runtimes::Installation& installation);

}  // namespace dynsessions::doctor
