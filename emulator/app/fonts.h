#pragma once

#include <filesystem>

#include "emulator/config/config.h"
#include "emulator/runtimes/installation.h"
#include "sandbox/protocol/launcher_spec.h"

namespace dynsessions {

/// Returns the directory with the fonts of --fonts that sessions of this tier see, and makes it in
/// the state directory if it is missing. Returns an empty path without the option. Blocks for some
/// seconds when it makes one, and needs a program with one thread. Throws config::ConfigError if
/// the fonts cannot be collected.
[[nodiscard]] std::filesystem::path prepare_fonts(const config::Config& config,
                                                  const config::Environment& environment,
                                                  const runtimes::Installation& installation,
                                                  sandbox::Tier tier);

}  // namespace dynsessions
