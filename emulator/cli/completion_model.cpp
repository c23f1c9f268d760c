#include "emulator/cli/completion_model.h"

#include <algorithm>
#include <string_view>

#include "emulator/cli/command.h"
#include "emulator/config/option_words.h"

namespace dynsessions::cli {
namespace {

bool names_a_path(std::string_view value_name) {
  return value_name == "PATH" || value_name == "FILE" || value_name == "DIR";
}

CompletedFlag completed(const Flag& flag) {
  return {.name = std::string(flag.name),
          .letter = flag.letter == '\0' ? "" : std::string(1, flag.letter),
          .help = std::string(flag.help),
          .takes_value = !flag.value_name.empty(),
          .takes_path = names_a_path(flag.value_name),
          .words = {flag.words.begin(), flag.words.end()}};
}

CompletedFlag completed(const config::Option& option) {
  return {.name = "--" + std::string(option.key),
          .letter = "",
          .help = std::string(option.help),
          .takes_value = !option.is_switch(),
          .takes_path = names_a_path(option.value_name),
          .words = option.is_switch() ? std::vector<std::string>() : words_of(option)};
}

/// The arguments of `help` are the first words of commands.
std::vector<std::string> arguments_of(const Command& command) {
  std::vector<std::string> words(command.argument_words.begin(), command.argument_words.end());
  if (&command != &kHelp) return words;
  for (const Command* one : all_commands()) {
    if (words.empty() || words.back() != first_word(one->name)) {
      words.emplace_back(first_word(one->name));
    }
  }
  return words;
}

}  // namespace

CompletionModel completion_model() {
  CompletionModel model;
  for (const Command* command : all_commands()) {
    CompletedCommand& added =
        model.commands.emplace_back(CompletedCommand{std::string(command->name),
                                                     std::string(command->summary),
                                                     command->takes_options,
                                                     {},
                                                     arguments_of(*command)});
    for (const Flag& flag : command->flags) added.flags.push_back(completed(flag));
  }
  for (const config::Option& option : config::all_options()) {
    model.options.push_back(completed(option));
  }
  model.options.push_back({.name = "--config",
                           .letter = "",
                           .help = "JSON file with options.",
                           .takes_value = true,
                           .takes_path = true,
                           .words = {}});
  return model;
}

std::vector<CompletedFlag> CompletionModel::all_flags() const {
  std::vector<CompletedFlag> all = options;
  for (const CompletedCommand& command : commands) {
    for (const CompletedFlag& flag : command.flags) {
      const bool known = std::any_of(all.begin(), all.end(), [&flag](const CompletedFlag& one) {
        return one.name == flag.name;
      });
      if (!known) all.push_back(flag);
    }
  }
  return all;
}

std::vector<ValuesAfterCommand> CompletionModel::values_after_commands() const {
  const std::vector<CompletedFlag> all = all_flags();
  std::vector<ValuesAfterCommand> found;
  for (const CompletedCommand& command : commands) {
    for (const CompletedFlag& flag : command.flags) {
      const auto same = std::find_if(all.begin(), all.end(), [&flag](const CompletedFlag& one) {
        return one.name == flag.name;
      });
      if (same->words != flag.words) found.push_back({command.name, flag.name, flag.words});
    }
  }
  return found;
}

std::vector<CompletedNoun> CompletionModel::nouns() const {
  std::vector<CompletedNoun> found;
  for (const CompletedCommand& command : commands) {
    const std::size_t space = command.name.find(' ');
    if (space == std::string::npos) continue;
    const std::string noun = command.name.substr(0, space);
    if (found.empty() || found.back().name != noun) found.push_back({noun, {}});
    found.back().commands.push_back(&command);
  }
  return found;
}

std::vector<std::string> CompletionModel::first_words() const {
  std::vector<std::string> words;
  for (const CompletedCommand& command : commands) {
    std::string word = command.name.substr(0, command.name.find(' '));
    if (std::find(words.begin(), words.end(), word) == words.end())
      words.push_back(std::move(word));
  }
  return words;
}

std::string join(const std::vector<std::string>& words, const char* separator) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : separator) + word;
  return text;
}

}  // namespace dynsessions::cli
