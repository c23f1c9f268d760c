#pragma once

#include <string>

#include "emulator/cli/command.h"

namespace dynsessions::cli {

/// The text of `dynsessions --help`: the commands, the options used most, examples, exit codes.
[[nodiscard]] std::string overview();

/// The text of `dynsessions COMMAND --help`. At most 100 columns wide.
[[nodiscard]] std::string help_of(const Command& command);

}  // namespace dynsessions::cli
