#include "emulator/cli/admin_command.h"
#include "emulator/http/text.h"

namespace dynsessions::cli {
namespace {

ExitCode reset_pools(const Invocation& call) {
  refuse_arguments(call);
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
     "Parts to keep, separated by commas: faults, journal, clock, script, sessions."},
    kOutputFlag,
};

}  // namespace

const Command kReset = admin_command(
    {.name = "reset",
     .summary = "End sessions; delete faults, scripts and journal; reset clocks.",
     .description =
         "Ends the sessions of a pool, or of all pools, and deletes faults, scripts and journal;\n"
         "clocks show real time again. Definitions of pools stay. Returns when the\n"
         "identifiers of the sessions are free.\n",
     .examples = "  dynsessions reset --pool tests-1\n"
                 "  dynsessions reset --keep faults,journal\n",
     .flags = kResetFlags,
     .run = reset_pools});

}  // namespace dynsessions::cli
