#pragma once

#include <string>
#include <vector>

namespace dynsessions::conformance {

/// `dynsessions conform`: replaces this process with `dynsessions-conform`, the program beside it
/// that runs the cases of api-spec/cases against the emulator or any endpoint. It is a program of
/// its own because it is a quarter of the time to compile everything, and a server does not need
/// it. Returns an exit code, after a message that says how to build the program, only if there is
/// none.
[[nodiscard]] int conform(std::vector<std::string> arguments);

/// The text of `dynsessions conform --help`.
[[nodiscard]] std::string conform_help();

}  // namespace dynsessions::conformance
