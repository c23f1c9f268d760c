#include <fmt/format.h>

#include "emulator/cli/completion_model.h"

namespace dynsessions::cli {
namespace {

constexpr const char* kSeen = "__fish_seen_subcommand_from ";

/// Quotes a text as one word of fish.
std::string quoted(const std::string& text) {
  std::string word = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') word += '\\';
    word += c;
  }
  return word + "'";
}

std::string line(const std::string& condition, const std::string& what) {
  return fmt::format("complete -c dynsessions -n {} {}\n", quoted(condition), what);
}

std::string flag_line(const std::string& condition, const CompletedFlag& flag) {
  std::string what = "-l " + flag.name.substr(2);
  if (!flag.letter.empty()) what += " -s " + flag.letter;
  if (flag.takes_path) {
    what += " -r -F";
  } else if (flag.takes_value) {
    what += " -x";
  }
  if (!flag.words.empty()) what += " -a " + quoted(join(flag.words, " "));
  return line(condition, what + " -d " + quoted(flag.help));
}

/// Completes the second word of a name that has two.
std::string second_word(const CompletedCommand& command) {
  const std::size_t space = command.name.find(' ');
  if (space == std::string::npos) return {};
  const std::string first = command.name.substr(0, space);
  const std::string second = command.name.substr(space + 1);
  return line(kSeen + first + "; and not " + kSeen + second,
              "-a " + second + " -d " + quoted(command.summary));
}

std::string argument_lines(const CompletedCommand& command) {
  std::string text;
  for (const std::string& word : command.arguments) {
    text += line(kSeen + command.name, "-a " + quoted(word));
  }
  return text;
}

}  // namespace

std::string fish_completion(const CompletionModel& model) {
  const std::string no_command = std::string("not ") + kSeen + join(model.first_words(), " ");
  std::string without_options;
  std::string text =
      "# Completion of dynsessions for fish, by `dynsessions completion fish`.\n"
      "complete -c dynsessions -f\n"
      "complete -c dynsessions -l help -s h -d 'Print the help.'\n";
  text += line(no_command, "-l version -d 'Print the version.'");
  for (const CompletedCommand& command : model.commands) {
    const std::string first = command.name.substr(0, command.name.find(' '));
    text += line(no_command, "-a " + first + " -d " + quoted(command.summary));
    if (!command.takes_options) without_options += ' ' + first;
    text += second_word(command) + argument_lines(command);
    for (const CompletedFlag& flag : command.flags) {
      text += flag_line(kSeen + command.last_word(), flag);
    }
  }
  const std::string takes_options = std::string("not ") + kSeen + without_options.substr(1);
  for (const CompletedFlag& flag : model.options) text += flag_line(takes_options, flag);
  return text;
}

}  // namespace dynsessions::cli
