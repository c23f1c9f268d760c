#include "emulator/cli/help_text.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "emulator/config/options.h"

namespace dynsessions::cli {
namespace {

using config::Option;

/// Where explanations begin: two columns after the widest flag.
constexpr std::size_t kExplanationColumn = 30;
constexpr std::size_t kWidth = 100;

constexpr std::string_view kConfigHelp = "JSON file with options; // comments are allowed.";

constexpr std::string_view kExamples = R"(
Examples:
  dynsessions                         serve on http://127.0.0.1:7070
  dynsessions --port 0                serve on a free port, which is printed
  dynsessions --cooldown-period 30    end a session after 30 idle seconds
  DYNSESSIONS_AUTH=off dynsessions    set an option by its environment variable
  dynsessions --config options.json   read options from a file, such as {"max-sessions": 5}
)";

constexpr std::string_view kPrecedence =
    R"(Each option is a flag, an environment variable (--max-sessions: DYNSESSIONS_MAX_SESSIONS) and a
key in the JSON file of --config. A flag wins over the environment, and the environment over the
file; `dynsessions config print` shows the result. A switch takes true, false, 1 or 0 as a value.
)";

constexpr std::string_view kExitCodes = R"(
Exit codes:
  0  stopped on request, or the command succeeded
  1  failed while running; healthcheck, wait: not ready
  2  wrong usage
  3  port in use
  4  no usable sandbox or Python
)";

constexpr std::string_view kUsedMost[] = {
    "port", "auth", "max-sessions", "cooldown-period", "network-status", "ready-file"};

/// A line of help: `what`, then the explanation in its column, wrapped within that column.
std::string entry(const std::string& what, std::string_view explanation) {
  std::string text;
  std::string line = "  " + what;
  line.resize(std::max(kExplanationColumn, line.size() + 2), ' ');
  while (line.size() + explanation.size() > kWidth) {
    const std::size_t end = explanation.rfind(' ', kWidth - line.size());
    text.append(line).append(explanation.substr(0, end)) += '\n';
    explanation.remove_prefix(end + 1);
    line.assign(kExplanationColumn, ' ');
  }
  return text.append(line).append(explanation) += '\n';
}

std::string flag_of(const Option& option) {
  const std::string flag = "--" + std::string(option.key);
  return option.is_switch() ? flag : flag + ' ' + std::string(option.value_name);
}

std::string flag_text(const Flag& flag) {
  std::string text = flag.letter == '\0' ? "" : std::string("-") + flag.letter + ", ";
  text += flag.name;
  return flag.value_name.empty() ? text : text.append(" ").append(flag.value_name);
}

/// The help of an option, without its variable and its default.
std::string short_entry(std::string_view key) {
  const auto options = config::all_options();
  const auto option = std::find_if(options.begin(), options.end(),
                                   [key](const Option& one) { return one.key == key; });
  return entry(flag_of(*option), option->help);
}

std::string full_entry(const Option& option, const config::Config& defaults) {
  const std::string shown = option.show(defaults);
  return entry(flag_of(option), option.help) +
         entry("", option.environment_name() + (shown.empty() ? "" : ", default " + shown));
}

std::string every_option() {
  const config::Config defaults;
  std::string text;
  std::string_view group;
  for (const Option& option : config::all_options()) {
    if (option.group != group) {
      group = option.group;
      text += '\n' + std::string(group) + ":\n";
    }
    text += full_entry(option, defaults);
  }
  text += "\nFile:\n";
  return text + entry("--config PATH", kConfigHelp) +
         entry("", std::string(config::kConfigVariable));
}

std::string options_of_server(const Command& command) {
  if (command.shows_all_options) return every_option();
  std::string text = "\nOptions:\n";
  for (const std::string_view key : command.common_options) text += short_entry(key);
  text += entry("--config PATH", kConfigHelp);
  return text + "  and all others of `dynsessions serve --help`\n";
}

std::string usage(const Command& command) {
  const std::string argument = command.argument.empty() ? "" : " " + std::string(command.argument);
  const std::string options = command.takes_options || !command.flags.empty() ? " [OPTIONS]" : "";
  const bool ends_options = command.argument.starts_with("-- ");
  return "Usage: dynsessions " + std::string(command.name) +
         (ends_options ? options + argument : argument + options) + "\n";
}

std::string section(std::string_view heading, std::string_view lines) {
  if (lines.empty()) return {};
  std::string text = "\n";
  return text.append(heading).append(":\n").append(lines);
}

struct Noun {
  std::string_view name;  ///< the first word of several commands
  std::string_view summary;
};
constexpr Noun kNouns[] = {
    {"packages", "Packages that sessions have"},
    {"pool", "Pools of a running server"},
    {"sessions", "Sessions of a running server"},
    {"clock", "Clocks of a running server"},
    {"fault", "Injected failures of a running server"},
    {"journal", "Requests to a running server"},
    {"script", "Scripted answers"},
    {"snapshot", "Pools of a running server as archives"},
};
constexpr std::string_view kUnknownNoun = "Commands";  // a test looks for it

std::string_view summary_of(std::string_view noun) {
  const auto* const found = std::ranges::find(kNouns, noun, &Noun::name);
  return found == std::end(kNouns) ? kUnknownNoun : found->summary;
}

/// A line per command; one for all commands of a noun.
std::string list_of_commands() {
  std::string text;
  std::string_view last_noun;
  for (const Command* command : all_commands()) {
    const std::string_view noun = first_word(command->name);
    const auto verbs = verbs_of(noun);
    if (verbs.size() < 2) {
      text += entry(std::string(command->name), command->summary);
    } else if (noun != last_noun) {
      text += entry(std::string(noun) + " VERB",
                    fmt::format("{}: {}.", summary_of(noun), fmt::join(verbs, ", ")));
    }
    last_noun = noun;
  }
  return text;
}

}  // namespace

std::string overview() {
  std::string text =
      "dynsessions: a local emulator of the Azure Container Apps dynamic sessions API.\n"
      "\nUsage: dynsessions [COMMAND] [OPTIONS]\n\nCommands:\n";
  text += list_of_commands();
  text += "\nOptions used most:\n";
  for (const std::string_view key : kUsedMost) text += short_entry(key);
  text += entry("--config PATH", kConfigHelp);
  text +=
      "  `dynsessions serve --help` lists all options, `dynsessions COMMAND --help` those of a "
      "command.\n\n";
  return text.append(kPrecedence).append(kExamples).append(kExitCodes);
}

std::string help_of_noun(std::string_view noun) {
  const std::string name(noun);
  std::string text = "Usage: dynsessions " + name + " VERB [OPTIONS]\n\n";
  text.append(summary_of(noun)).append(".\n\nCommands:\n");
  for (const std::string_view verb : verbs_of(noun)) {
    const std::string command = name + ' ' + std::string(verb);
    text += entry(command, find_command(command)->summary);
  }
  text += "  `dynsessions help " + name + " VERB` prints the help of one.\n";
  const std::string first = name + ' ' + std::string(verbs_of(noun).front());
  return text + section("Examples", find_command(first)->examples);
}

std::string help_of(const Command& command) {
  if (command.own_help != nullptr) return command.own_help();
  std::string text = usage(command) + '\n' + std::string(command.description);
  if (command.shows_all_options) text.append("\n").append(kPrecedence);
  if (!command.flags.empty()) text += "\nFlags:\n";
  for (const Flag& flag : command.flags) text += entry(flag_text(flag), flag.help);
  if (command.takes_options) text += options_of_server(command);
  return text + section("Examples", command.examples) + section("Exit codes", command.exit_codes);
}

}  // namespace dynsessions::cli
