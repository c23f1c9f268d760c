#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <stdexcept>

#include <unistd.h>

#include <system_error>

#include "sandbox/launcher.h"
#include "sandbox/launcher_process.h"

namespace {

using namespace dynsessions;
using namespace dynsessions::sandbox;

int control_socket(int argc, char** argv) {
  int fd = -1;
  if (argc == 2) std::from_chars(argv[1], argv[1] + std::strlen(argv[1]), fd);
  if (fd < 3) throw std::runtime_error("usage: sandbox-launcher CONTROL_FD (3 or higher)");
  return fd;
}

Tier become_fit(int control) {
  try {
    shed_inheritance(control);
    const Tier tier = detect_tier();
    become_outer_init(tier, control);
    return tier;
  } catch (const std::system_error& error) {
    report_unfit(control, error);
    throw;
  }
}

void run_launcher(int control) {
  const Tier tier = become_fit(control);
  Launcher launcher(UniqueFd(control), watch_children(), tier);
  launcher.run();
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
  // Sandboxes end with this process; there is nothing that a destructor could add.
  ::_exit(EXIT_SUCCESS);
}
