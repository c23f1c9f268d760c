#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <optional>
#include <stdexcept>
#include <system_error>

#include <unistd.h>

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

struct PreparedLauncher {
  LauncherSpec spec;
  Cgroups groups;
};

/// The order matters. The spec is read first, because a reply sent while a message is unread can be
/// lost when this process exits. Cgroups are found before the namespaces change, so that groups and
/// pids have the server's names. Returns nullopt if there is no server to serve.
std::optional<PreparedLauncher> prepare_launcher(int control) {
  try {
    auto spec = receive_spec(control);
    if (!spec) return std::nullopt;
    reset_inherited_state(control);
    auto groups = spec->cgroups ? Cgroups::find() : Cgroups();
    if (spec->tier == Tier::full) {
      become_outer_init(detect_user(spec->tier), control, groups);
    } else {
      become_reaper();
    }
    return PreparedLauncher{*std::move(spec), std::move(groups)};
  } catch (const std::system_error& error) {
    report_failure(control, error);  // the server prints it, so stderr is not needed
    ::_exit(EXIT_FAILURE);
  }
}

void run_launcher(int control) {
  auto prepared = prepare_launcher(control);
  if (!prepared) return;
  {
    Launcher launcher(UniqueFd(control), watch_children(), prepared->groups);
    launcher.run(prepared->spec);
  }
  // In the full tier the outer process does this, after this process and all sandboxes have exited.
  if (prepared->spec.tier != Tier::full) prepared->groups.remove_all();
}

}  // namespace

/// The server starts it with the number of its control socket; see launcher_protocol.h.
int main(int argc, char** argv) {
  try {
    run_launcher(control_socket(argc, argv));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sandbox-launcher: %s\n", error.what());
    ::_exit(EXIT_FAILURE);
  }
  ::_exit(EXIT_SUCCESS);
}
