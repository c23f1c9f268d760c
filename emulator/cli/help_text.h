#pragma once

#include <string>
#include <string_view>

#include "emulator/cli/command.h"

namespace dynsessions::cli {

/// The text of `dynsessions --help`: the commands, the options used most, examples, exit codes.
[[nodiscard]] std::string overview();

/// The text of `dynsessions help NOUN` for the first word of several commands, such as `clock`.
[[nodiscard]] std::string help_of_noun(std::string_view noun);

/// The text of `dynsessions COMMAND --help`. At most 100 columns wide.
[[nodiscard]] std::string help_of(const Command& command);

}  // namespace dynsessions::cli
