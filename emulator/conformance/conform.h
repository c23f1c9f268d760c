#pragma once

#include <string>
#include <vector>

namespace dynsessions::conformance {

/// `dynsessions conform`: replaces this process with `dynsessions-conform`, the program in the same
/// directory that runs the cases of api-spec/cases against the emulator or any endpoint. It is a
/// separate program because it takes a quarter of the time to compile everything, and a server does
/// not need it. Returns an exit code, after a message with the command that builds the program,
/// only if the program is missing.
[[nodiscard]] int conform(std::vector<std::string> arguments);

/// The text of `dynsessions conform --help`.
[[nodiscard]] std::string conform_help();

}  // namespace dynsessions::conformance
