#pragma once

#include <span>
#include <string>

#include "emulator/cli/command.h"

namespace dynsessions::cli {

/// Reads the words of a command line in the order typed: a command, its flags and options of the
/// server, before or after it. Without a command it is `serve`; with `--help` anywhere it is `help`
/// of the command, and with `--version` it is `version`. Throws config::ConfigError that names the
/// word, what was probably meant, and where the help is.
[[nodiscard]] Invocation parse_arguments(std::span<const std::string> words);

}  // namespace dynsessions::cli
