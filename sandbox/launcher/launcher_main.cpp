#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <optional>
#include <stdexcept>

#include <unistd.h>

#include <system_error>

#include "sandbox/launcher/launcher.h"
#include "sandbox/launcher/launcher_process.h"
#include "sandbox/launcher/server_link.h"

namespace {

using namespace dynsessions;
using namespace dynsessions::sandbox;

int control_socket(int argc, char** argv) {
  int fd = -1;
  if (argc == 2) std::from_chars(argv[1], argv[1] + std::strlen(argv[1]), fd);
  if (fd < 3) throw std::runtime_error("usage: sandbox-launcher CONTROL_FD (3 or higher)");
  return fd;
}

struct Fitness {
  LauncherSpec spec;
  ControlGroups groups;
};

/// In this order: what is said to the server while its own message waits to be read may be lost
/// when this process ends; control groups are found among the server's own, and the server's
/// processes are named as it names them. Nothing when there is nobody to serve.
std::optional<Fitness> become_fit(int control) {
  try {
    auto spec = receive_spec(control);
    if (!spec) return std::nullopt;
    shed_inheritance(control);
    auto groups = spec->control_groups ? ControlGroups::find() : ControlGroups();
    if (spec->tier == Tier::full) {
      become_outer_init(detect_user(spec->tier), control, groups);
    } else {
      become_reaper();
    }
    return Fitness{*std::move(spec), std::move(groups)};
  } catch (const std::system_error& error) {
    report_unfit(control, error);  // the server says it where it is read; stderr need not
    ::_exit(EXIT_FAILURE);
  }
}

void run_launcher(int control) {
  auto fit = become_fit(control);
  if (!fit) return;
  {
    Launcher launcher(UniqueFd(control), watch_children(), fit->groups);
    launcher.run(fit->spec);
  }
  // In the full tier the outer process does it, when this one and all sandboxes have ended.
  if (fit->spec.tier != Tier::full) fit->groups.remove_all();
}

}  // namespace

/// Started by the server with the number of its control socket; see launcher_protocol.h.
int main(int argc, char** argv) {
  try {
    run_launcher(control_socket(argc, argv));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sandbox-launcher: %s\n", error.what());
    ::_exit(EXIT_FAILURE);
  }
  ::_exit(EXIT_SUCCESS);
}
