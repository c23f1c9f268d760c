#pragma once

#include <string>
#include <vector>

namespace dynsessions::cli {

/// A flag that a shell can complete.
struct CompletedFlag {
  std::string name;    ///< "--output"
  std::string letter;  ///< "o"; empty without a short form
  std::string help;
  bool takes_value = false;
  bool takes_path = false;         ///< a file or directory
  std::vector<std::string> words;  ///< the fixed words among its values
};

/// The values of a flag that depend on the command.
struct ValuesAfterCommand {
  std::string command;  ///< "journal export"
  std::string flag;     ///< "--format"
  std::vector<std::string> words;
};

struct CompletedCommand {
  std::string name;  ///< "config print"

  /// "print"
  [[nodiscard]] std::string last_word() const { return name.substr(name.rfind(' ') + 1); }

  std::string summary;
  bool takes_options = false;          ///< those of the server
  std::vector<CompletedFlag> flags;    ///< of this command
  std::vector<std::string> arguments;  ///< accepted
};

/// The first word of several commands.
struct CompletedNoun {
  std::string name;                               ///< "clock"
  std::vector<const CompletedCommand*> commands;  ///< pointers into the model
};

/// Everything that a shell can complete, from the tables of commands and options.
struct CompletionModel {
  std::vector<CompletedCommand> commands;
  std::vector<CompletedFlag> options;  ///< the options of the server, and --config

  /// All flags, each name once, with the values that it has at the first command that has it.
  [[nodiscard]] std::vector<CompletedFlag> all_flags() const;
  /// Flags whose values are not those of all_flags().
  [[nodiscard]] std::vector<ValuesAfterCommand> values_after_commands() const;
  /// Each first word of commands of two words, once, with its commands.
  [[nodiscard]] std::vector<CompletedNoun> nouns() const;
  /// The first words of the commands' names, each once.
  [[nodiscard]] std::vector<std::string> first_words() const;
};

[[nodiscard]] CompletionModel completion_model();

[[nodiscard]] std::string bash_completion(const CompletionModel& model);
[[nodiscard]] std::string zsh_completion(const CompletionModel& model);
[[nodiscard]] std::string fish_completion(const CompletionModel& model);

/// The words with `separator` between them.
[[nodiscard]] std::string join(const std::vector<std::string>& words, const char* separator);

/// The names of the flags that `wanted` selects as a pattern of a shell: "--port|--output|-o".
template <typename Wanted>
std::string pattern_of(const std::vector<CompletedFlag>& flags, Wanted wanted) {
  std::vector<std::string> names;
  for (const CompletedFlag& flag : flags) {
    if (!wanted(flag)) continue;
    names.push_back(flag.name);
    if (!flag.letter.empty()) names.push_back("-" + flag.letter);
  }
  return join(names, "|");
}

}  // namespace dynsessions::cli
