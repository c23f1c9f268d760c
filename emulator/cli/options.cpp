#include <cstdio>

#include "emulator/cli/command.h"
#include "emulator/config/options_page.h"

namespace dynsessions::cli {
namespace {

ExitCode print_options(const Invocation&) {
  std::fputs(config::options_page().c_str(), stdout);
  return stopped;
}

}  // namespace

const Command kOptions{
    .name = "options",
    .summary = "Print all options as a Markdown page, which is OPTIONS.md.",
    .description =
        "Prints a Markdown page with a row for each option: its flag, its environment "
        "variable, what it\ndoes, the values it accepts, its default, and the part of "
        "the contract that it settles.\nOPTIONS.md is this page.\n",
    .examples = "  dynsessions options > OPTIONS.md\n",
    .exit_codes = "  0  always\n",
    .run = print_options,
};

}  // namespace dynsessions::cli
