#include "emulator/conformance/conform.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include <unistd.h>

namespace dynsessions::conformance {
namespace {

constexpr int kNotStarted = 3;  // the exit code for an unusable endpoint

}  // namespace

int conform(std::vector<std::string> arguments) {
  const auto directory = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  std::string program = (directory / "dynsessions-conform").string();
  std::vector<char*> pointers{program.data()};
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  ::execv(program.c_str(), pointers.data());
  std::fprintf(stderr, "dynsessions conform: cannot run %s: %s\n", program.c_str(),
               std::strerror(errno));
  if (errno == ENOENT) {
    std::fputs("Build it with `make build`; `make run` leaves it out to be faster.\n", stderr);
  }
  return kNotStarted;
}

}  // namespace dynsessions::conformance
