#include "emulator/config/token_options.h"

#include <cstdint>
#include <string>

#include <CLI/CLI.hpp>

namespace dynsessions::config {
namespace {

/// As far as `exp` may be from now: the bound that the clock's nanoseconds leave without overflow.
constexpr std::int64_t kHundredYears = 3'155'760'000;

}  // namespace

CLI::App* add_token_command(CLI::App& app, auth::TestToken& token) {
  CLI::App* command = app.add_subcommand("token");
  command->add_option("--audience", token.audience);
  command
      ->add_option_function<std::int64_t>(
          "--expires-in",
          [&token](std::int64_t seconds) { token.expires_in = std::chrono::seconds(seconds); })
      ->check(CLI::Range(-kHundredYears, kHundredYears));
  CLI::Option* role = command->add_option("--role", token.role);
  command->add_flag_callback("--no-role", [&token] { token.role.clear(); })->excludes(role);
  command->add_option("--oid", token.oid);
  return command;
}

}  // namespace dynsessions::config
