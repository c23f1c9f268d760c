#include "emulator/base/value_kind.h"
#include "emulator/cli/readiness_report.h"

namespace dynsessions::cli {
namespace {

constexpr std::chrono::seconds kDefaultTimeout{60};
constexpr std::uint64_t kLongestSeconds = 86'400;

std::chrono::seconds timeout_of(const Invocation& call) {
  const auto flag = call.flags.find("--timeout");
  if (flag == call.flags.end()) return kDefaultTimeout;
  const auto seconds = value_kinds::parse_number(flag->second, 0, kLongestSeconds);
  if (!seconds) {
    throw config::ConfigError("--timeout: expected " +
                              value_kinds::number_range(0, kLongestSeconds) + ", not `" +
                              flag->second + "`");
  }
  return std::chrono::seconds(*seconds);
}

ExitCode wait_for_server(const Invocation& call) {
  const auto timeout = timeout_of(call);
  return report(call, readiness::wait(server_to_ask(call), timeout));
}

constexpr Flag kWaitFlags[] = {
    {"--timeout", "SECONDS", "Longest time to wait; default 60."},
    kOutputFlag,
};

}  // namespace

const Command kWait{
    .name = "wait",
    .summary = "Wait until that server is ready.",
    .description =
        "Asks the admin port of a server repeatedly until sessions can be allocated, and "
        "prints one line. The\nserver is found by the options and variables that it is "
        "started with: by --ready-file if that is\ngiven and --admin-port is not, "
        "otherwise by --admin-port and --listen. It need not run yet.\n",
    .examples =
        "  dynsessions --port 0 --admin-port 0 --ready-file /tmp/ready.json &\n"
        "  dynsessions wait --ready-file /tmp/ready.json --timeout 30\n",
    .exit_codes =
        "  0  ready\n"
        "  1  not ready in time; the line says why\n"
        "  2  wrong usage\n",
    .flags = kWaitFlags,
    .takes_options = true,
    .common_options = kReadinessOptions,
    .run = wait_for_server,
};

}  // namespace dynsessions::cli
