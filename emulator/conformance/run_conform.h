#pragma once

#include <string>
#include <vector>

namespace dynsessions::conformance {

/// The program `dynsessions-conform`: runs the cases of api-spec/cases against the emulator, which
/// it starts on free ports and stops again, or against any endpoint. Returns the exit code. Blocks.
/// Call it before the program has any thread.
[[nodiscard]] int run_conform(std::vector<std::string> arguments);

}  // namespace dynsessions::conformance
