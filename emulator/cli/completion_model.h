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

struct CompletedCommand {
  std::string name;  ///< "config print"
  std::string summary;
  bool takes_options = false;          ///< those of the server
  std::vector<CompletedFlag> flags;    ///< of this command
  std::vector<std::string> arguments;  ///< accepted
};

/// Everything that a shell can complete, from the tables of commands and options.
struct CompletionModel {
  std::vector<CompletedCommand> commands;
  std::vector<CompletedFlag> options;  ///< the options of the server, and --config

  /// All flags, each name once.
  [[nodiscard]] std::vector<CompletedFlag> all_flags() const;
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
