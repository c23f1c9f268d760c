#pragma once

#include "emulator/cli/command.h"
#include "emulator/client_environment/running_server.h"

namespace dynsessions::cli {

inline constexpr Flag kServerFlag{
    "--server", "SERVER", "A running server: last, its ready file, or the URL of its admin port."};

/// The server that --server names: `last` is the one that this user started last, which stderr
/// names if there are several. Throws std::runtime_error, with the cure, if it does not run.
[[nodiscard]] client_environment::RunningServer named_server(const std::string& name);

/// The server that a command asks: that of --server; without it, that of --ready-file or
/// --admin-port; without those, the last one, or the one on the usual admin port.
[[nodiscard]] client_environment::RunningServer chosen_server(const Invocation& call);

}  // namespace dynsessions::cli
