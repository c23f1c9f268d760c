#include <cstdio>

#include <unistd.h>

#include "emulator/base/terminal_style.h"
#include "emulator/cli/command.h"
#include "emulator/cli/help_text.h"
#include "emulator/config/suggestion.h"

namespace dynsessions::cli {
namespace {

const Command& command_named(const std::vector<std::string>& words) {
  std::string name;
  for (const std::string& word : words) name += (name.empty() ? "" : " ") + word;
  if (const Command* command = find_command(name)) return *command;
  std::vector<std::string_view> names;
  for (const Command* command : all_commands()) {
    if (command->name.starts_with(name + ' ')) return *command;  // `config` of `config print`
    names.push_back(command->name);
  }
  throw config::ConfigError("there is no command `" + name + "`" +
                            config::did_you_mean(name, names) + "\nTry `dynsessions --help`.");
}

ExitCode print_help(const Invocation& call) {
  const std::string text =
      call.arguments.empty() ? overview() : help_of(command_named(call.arguments));
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
