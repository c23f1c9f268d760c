#include "emulator/doctor/doctor.h"

#include <cstdio>

#include <unistd.h>

#include "emulator/base/terminal_style.h"
#include "emulator/cli/command.h"
#include "emulator/doctor/client.h"
#include "emulator/doctor/report.h"

namespace dynsessions::cli {
namespace {

constexpr Flag kClientFlag{"--client", "",
                           "Check the environment of this shell instead, as a client sees it."};

doctor::Checks checks_of(const Invocation& call) {
  const config::Config config = settings_of(call).config;
  if (call.flags.contains(kClientFlag.name)) {
    return doctor::examine_client(config::process_environment);
  }
  return doctor::examine(config, runtimes::Installation::next_to_executable());
}

ExitCode examine(const Invocation& call) {
  const auto checks = checks_of(call);
  const TerminalStyle style = TerminalStyle::of_descriptor(STDOUT_FILENO);
  const std::string report =
      wants_json(call) ? doctor::to_json(checks) : doctor::to_text(checks, style);
  std::fputs(report.c_str(), stdout);
  return doctor::is_healthy(checks) ? stopped : no_engine;
}

constexpr Flag kDoctorFlags[] = {kClientFlag, kOutputFlag};
constexpr std::string_view kDoctorOptions[] = {"python", "requirements", "sandbox",
                                               "network-status", "control-groups"};

}  // namespace

const Command kDoctor{
    .name = "doctor",
    .summary = "Check the Python environment and the sandbox, and name the cures.",
    .description =
        "Checks what sessions need: the Python environment, the sandbox that this machine "
        "allows, and how\nlimits are enforced. Prints a line per check, and the cure "
        "where something is wrong. Give it the\noptions that the server gets. With --client it "
        "checks what a client finds in this shell: endpoint,\nidentity, token, certificate and "
        "proxy.\n",
    .examples =
        "  dynsessions doctor\n"
        "  dynsessions doctor --python /opt/venv/bin/python3 -o json\n"
        "  dynsessions doctor --client\n",
    .exit_codes =
        "  0  sessions can run\n"
        "  2  wrong usage\n"
        "  4  sessions cannot run: no usable sandbox or Python; or a client would fail\n",
    .flags = kDoctorFlags,
    .takes_options = true,
    .common_options = kDoctorOptions,
    .run = examine,
};

}  // namespace dynsessions::cli
