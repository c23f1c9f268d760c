#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "emulator/conformance/run_conform.h"

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a server that closes its connection must not end the run
  try {
    return dynsessions::conformance::run_conform(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "dynsessions conform: %s\n", error.what());
    return 1;
  }
}
