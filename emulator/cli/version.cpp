#include <cstdio>

#include "emulator/app/app.h"
#include "emulator/cli/command.h"

namespace dynsessions::cli {
namespace {

ExitCode print_version(const Invocation& call) {
  std::puts(wants_json(call) ? R"({"version":")" DYNSESSIONS_VERSION R"("})"
                             : "dynsessions " DYNSESSIONS_VERSION);
  return stopped;
}

constexpr Flag kVersionFlags[] = {kOutputFlag};

}  // namespace

const Command kVersion{
    .name = "version",
    .summary = "Print the version; also --version.",
    .description = "Prints the name of the program and its version in one line.\n",
    .examples =
        "  dynsessions version\n"
        "  dynsessions --version\n",
    .exit_codes = "  0  always\n",
    .flags = kVersionFlags,
    .run = print_version,
};

}  // namespace dynsessions::cli
