#pragma once

#include <string>
#include <vector>

#include "emulator/client_environment/variables.h"

namespace dynsessions::cli {

/// Runs a program found in PATH with the environment of this process and these variables, and waits
/// for it. SIGINT, SIGTERM, SIGHUP and SIGQUIT that this process receives from others are
/// forwarded; those from the terminal reach the program directly. Returns its exit code as a shell
/// would: 128 and the number of a signal, 127 if there is no such program, 126 if it cannot be run.
/// Throws std::system_error if no process can be started. For programs with one thread only.
[[nodiscard]] int run_in_foreground(const std::vector<std::string>& words,
                                    const std::vector<client_environment::Variable>& variables);

}  // namespace dynsessions::cli
