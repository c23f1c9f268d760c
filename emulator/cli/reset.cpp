#include "emulator/cli/admin_client.h"
#include "emulator/http/text.h"

namespace dynsessions::cli {
namespace {

ExitCode reset_pools(const Invocation& call) {
  no_arguments(call);
  const auto keep = call.flags.find("--keep");
  const std::string query =
      keep == call.flags.end() ? "" : "?keep=" + http::percent_encode(keep->second);
  return ask_admin_api(call, {.method = "POST", .path = "/reset" + query},
                       [](const nlohmann::ordered_json& answer) {
                         return "sessions ended: " + text_of(answer, "sessionsEnded") + '\n';
                       });
}

constexpr Flag kResetFlags[] = {
    kPoolFlag,
    {"--keep", "LIST",
     "What to leave alone, with commas: faults, journal, clock, script, sessions."},
    kOutputFlag,
};

}  // namespace

const Command kReset = admin_command(
    {.name = "reset",
     .summary = "End sessions, and undo what a test set up in a pool or in all.",
     .description =
         "Forgets faults, script, journal and clock. Returns when the identifiers of the\n"
         "sessions are free. Definitions of pools stay.\n",
     .examples = "  dynsessions reset --pool tests-1\n"
                 "  dynsessions reset --keep faults,journal\n",
     .flags = kResetFlags,
     .run = reset_pools});

}  // namespace dynsessions::cli
