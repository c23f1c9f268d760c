#pragma once

#include "emulator/cli/command.h"
#include "emulator/readiness/readiness.h"

namespace dynsessions::cli {

/// Settings that name the server to ask. If only --ready-file is given, the admin port comes from
/// that file.
[[nodiscard]] config::Config server_to_ask(const Invocation& call);

/// Prints the finding in a line, or as JSON: {"ready":true,"admin":"http://…","message":"…"}.
[[nodiscard]] ExitCode report(const Invocation& call, const readiness::Finding& finding);

inline constexpr std::string_view kReadinessOptions[] = {"admin-port", "listen", "ready-file"};

}  // namespace dynsessions::cli
