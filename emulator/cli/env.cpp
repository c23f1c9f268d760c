#include <cstdio>

#include "emulator/cli/az_place.h"
#include "emulator/cli/readiness_report.h"
#include "emulator/cli/server_choice.h"
#include "emulator/client_environment/variables.h"

namespace dynsessions::cli {
namespace {

ExitCode print_environment(const Invocation& call) {
  const auto format = call.flags.find("--format");
  const std::string words = format == call.flags.end() ? "shell" : format->second;
  const auto server = chosen_server(call);
  const auto variables =
      client_environment::variables_for(server, az_stand_in_of(call), config::process_environment);
  std::fputs(client_environment::written_as(words, variables).c_str(), stdout);
  return stopped;
}

constexpr Flag kEnvFlags[] = {
    kServerFlag,
    kAzStandInFlag,
    {"--format", "FORMAT", "shell (default), powershell, dotenv, json or github.",
     client_environment::kFormats},
};

}  // namespace

const Command kEnv{
    .name = "env",
    .summary = "Print the variables that point clients at a running server.",
    .description =
        "Prints the variables that the known clients read: the pool's endpoint under the names "
        "that they\nuse, the offline identity of the Azure SDKs, the certificate authority, and "
        "the hosts that need no\nproxy. Without --server, --ready-file or --admin-port it uses "
        "the server that this user started\nlast.\n",
    .examples =
        "  eval \"$(dynsessions env)\"\n"
        "  dynsessions env --format github >>\"$GITHUB_ENV\"\n"
        "  dynsessions env --ready-file /tmp/ready.json --format json\n",
    .exit_codes =
        "  0  printed\n"
        "  1  there is no such server\n"
        "  2  wrong usage\n",
    .flags = kEnvFlags,
    .takes_options = true,
    .common_options = kReadinessOptions,
    .run = print_environment,
};

}  // namespace dynsessions::cli
