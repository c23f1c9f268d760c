#include "tests/sandbox/processes.h"

#include <fstream>
#include <string>

namespace dynsessions::sandbox::test {

std::vector<pid_t> zygotes_of(const LauncherHarness& launcher) {
  std::vector<pid_t> found;
  for (const pid_t pid : descendants(launcher.pid())) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/cmdline");
    std::string line;
    std::getline(file, line);
    if (line.find("zygote.py") == std::string::npos) continue;
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    for (std::string field; std::getline(status, field);) {
      if (field == "Seccomp:\t0") found.push_back(pid);
    }
  }
  return found;
}

}  // namespace dynsessions::sandbox::test
