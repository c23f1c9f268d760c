#pragma once

#include <filesystem>

#include "emulator/config/config.h"
#include "emulator/runtimes/installation.h"
#include "sandbox/protocol/launcher_spec.h"

namespace dynsessions {

/// The set of the fonts of --fonts that sessions of that tier see, made in the state directory if
/// it is not there; empty without the option. Blocks for some seconds when it makes one, and needs
/// a program with one thread. Throws config::ConfigError if the fonts cannot be collected.
[[nodiscard]] std::filesystem::path prepare_fonts(const config::Config& config,
                                                  const config::Environment& environment,
                                                  const runtimes::Installation& installation,
                                                  sandbox::Tier tier);

}  // namespace dynsessions
