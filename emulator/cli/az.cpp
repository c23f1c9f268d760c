#include <cstdio>

#include "emulator/az_stand_in/stand_in.h"
#include "emulator/cli/command.h"

namespace dynsessions::cli {
namespace {

ExitCode answer_as_az(const Invocation& call) {
  const az_stand_in::Outcome outcome = az_stand_in::answer(
      call.arguments, config::process_environment, client_environment::request_token);
  std::fputs(outcome.output.c_str(), stdout);
  std::fputs(outcome.errors.c_str(), stderr);
  return ExitCode{outcome.exit_code};
}

}  // namespace

const Command kAz{
    .name = "az",
    .summary = "Answer as the Azure CLI does when a client asks it for a token.",
    .argument = "COMMAND",
    .own_help = az_stand_in::help,
    .run = answer_as_az,
};

}  // namespace dynsessions::cli
