#include "emulator/cli/readiness_report.h"

namespace dynsessions::cli {
namespace {

ExitCode check_health(const Invocation& call) {
  return report(call, readiness::ask(server_to_ask(call)));
}

constexpr Flag kHealthcheckFlags[] = {kOutputFlag};

}  // namespace

const Command kHealthcheck{
    .name = "healthcheck",
    .summary = "Check whether the server configured by these options is ready.",
    .description =
        "Asks the admin port of a running server once whether sessions can be allocated, and "
        "prints one line.\nThe server is found by the options and variables that it was "
        "started with: by --ready-file if that\nis given and --admin-port is not, "
        "otherwise by --admin-port and --listen.\n",
    .examples =
        "  dynsessions healthcheck\n"
        "  dynsessions healthcheck --admin-port 8071 -o json\n",
    .exit_codes =
        "  0  ready\n"
        "  1  not ready; the line says why\n"
        "  2  wrong usage\n",
    .flags = kHealthcheckFlags,
    .takes_options = true,
    .common_options = kReadinessOptions,
    .run = check_health,
};

}  // namespace dynsessions::cli
