#include "emulator/runtimes/installation.h"

namespace dynsessions::runtimes {
namespace fs = std::filesystem;

Installation Installation::next_to_executable() {
  const fs::path directory = fs::read_symlink("/proc/self/exe").parent_path();
  Installation found{directory / "sandbox-launcher", directory / "interpreter",
                     (directory / "../python/bin/python3").lexically_normal()};
  if (!fs::exists(found.launcher) || !fs::exists(found.agent / "agent.py")) {
    throw EngineUnavailable("sandbox-launcher and interpreter/agent.py are not next to " +
                            (directory / "dynsessions").string() + "; run `make build`");
  }
  return found;
}

}  // namespace dynsessions::runtimes
