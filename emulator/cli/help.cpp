#include <cstdio>

#include <unistd.h>

#include "emulator/base/terminal_style.h"
#include "emulator/cli/command.h"
#include "emulator/cli/help_text.h"

namespace dynsessions::cli {
namespace {

/// The help of a command, or of all commands that begin with one word, such as `clock`.
std::string help_about(const std::vector<std::string>& words) {
  std::string name;
  for (const std::string& word : words) name += (name.empty() ? "" : " ") + word;
  if (const Command* command = find_command(name)) return help_of(*command);
  const auto verbs = verbs_of(name);
  if (verbs.size() == 1) return help_of(*find_command(name + ' ' + std::string(verbs[0])));
  if (!verbs.empty()) return help_of_noun(name);
  throw config::ConfigError(no_such_command(words) + "\nTry `dynsessions --help`.");
}

ExitCode print_help(const Invocation& call) {
  const std::string text = call.arguments.empty() ? overview() : help_about(call.arguments);
  const TerminalStyle style = TerminalStyle::of_descriptor(STDOUT_FILENO);
  std::fputs(style.with_bold_headings(text).c_str(), stdout);
  return stopped;
}

}  // namespace

const Command kHelp{
    .name = "help",
    .summary = "Print this overview, or the help of a command; also --help and -h.",
    .description =
        "Prints an overview of the commands, or the help of one. `dynsessions help wait` "
        "and\n`dynsessions wait --help` print the same.\n",
    .examples =
        "  dynsessions help\n"
        "  dynsessions help serve\n"
        "  dynsessions help config print\n",
    .exit_codes =
        "  0  printed\n"
        "  2  there is no such command\n",
    .argument = "[COMMAND]",
    .run = print_help,
};

}  // namespace dynsessions::cli
