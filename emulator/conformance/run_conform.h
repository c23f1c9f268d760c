#pragma once

#include <string>
#include <vector>

namespace dynsessions::conformance {

/// The program `dynsessions-conform`: runs the cases of api-spec/cases against the emulator, which
/// it starts on free ports and ends again, or against any endpoint. Returns the exit code. Blocks;
/// to be called in a program that has no thread yet.
[[nodiscard]] int run_conform(std::vector<std::string> arguments);

}  // namespace dynsessions::conformance
