#pragma once

#include <string_view>

#include "emulator/auth/test_token.h"

namespace CLI {
class App;
}

namespace dynsessions::config {

/// Adds the command `token` and its own options to `app`; parsing writes them into `token`, which
/// outlives it. They belong to one print-out, so that neither environment nor file can set them.
CLI::App* add_token_command(CLI::App& app, auth::TestToken& token);

/// What --help says of them.
inline constexpr std::string_view kTokenHelp = R"(
Options of `token`:
  --audience URI              `aud`, default https://dynamicsessions.io
  --expires-in SECONDS        `exp` from now on, default 3600; below 0: it has expired
  --role NAME                 in `roles`, default Azure ContainerApps Session Executor
  --no-role                   a token without `roles`
  --oid OID                   `oid` and `sub`, to go with --executor
)";

}  // namespace dynsessions::config
