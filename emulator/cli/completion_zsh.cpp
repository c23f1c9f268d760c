#include <fmt/format.h>

#include "emulator/cli/completion_model.h"

namespace dynsessions::cli {
namespace {

constexpr const char* kZshHead = R"(#compdef dynsessions
# Completion of dynsessions for zsh, by `dynsessions completion zsh`.
_dynsessions() {{
  local command='' previous=${{words[CURRENT - 1]}} i
  local -a entries
  for ((i = 2; i < CURRENT; ++i)); do
    case ${{words[i]}} in
      ({}) i=$((i + 1)) ;;
      (-*) ;;
      (*) command+="${{command:+ }}${{words[i]}}" ;;
    esac
  done
  if [[ ${{words[CURRENT]}} == --*=* ]]; then
    previous=${{words[CURRENT]%%=*}}
    compset -P '*='
  fi
)";

constexpr const char* kZshTail = R"(  esac
  _describe 'dynsessions' entries
}
if [[ ${funcstack[1]} == _dynsessions ]]; then
  _dynsessions "$@"
else
  compdef _dynsessions dynsessions
fi
)";

/// `'name:help'`, quoted for zsh.
std::string zsh_entry(const std::string& name, const std::string& help) {
  std::string text = "'" + name + ":";
  for (const char c : help) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

std::string entries_of(const std::vector<CompletedFlag>& flags) {
  std::string text;
  for (const CompletedFlag& flag : flags) text += "\n      " + zsh_entry(flag.name, flag.help);
  return text;
}

std::string zsh_values_after_commands(const CompletionModel& model) {
  std::string text = "  case \"$command $previous\" in\n";
  for (const ValuesAfterCommand& values : model.values_after_commands()) {
    text += fmt::format("    ('{} {}') compadd -- {}; return ;;\n", values.command, values.flag,
                        join(values.words, " "));
  }
  return text + "  esac\n";
}

std::string zsh_values(const CompletionModel& model) {
  const auto flags = model.all_flags();
  std::string text;
  for (const CompletedFlag& flag : flags) {
    if (flag.words.empty()) continue;
    text += fmt::format("    ({}) compadd -- {}; return ;;\n",
                        pattern_of(std::vector{flag}, [](const auto&) { return true; }),
                        join(flag.words, " "));
  }
  text += fmt::format("    ({}) _files; return ;;\n",
                      pattern_of(flags, [](const auto& flag) { return flag.takes_path; }));
  const std::string others = pattern_of(flags, [](const CompletedFlag& flag) {
    return flag.takes_value && !flag.takes_path && flag.words.empty();
  });
  return text + fmt::format("    ({}) return ;;\n", others);
}

std::string summary_of(const CompletionModel& model, const std::string& first_word) {
  for (const CompletedCommand& command : model.commands) {
    if (command.name == first_word || command.name.starts_with(first_word + ' ')) {
      return command.summary;
    }
  }
  return {};
}

std::string commands_of(const CompletionModel& model) {
  std::string text;
  for (const std::string& word : model.first_words()) {
    text += "\n      " + zsh_entry(word, summary_of(model, word));
  }
  return text;
}

std::string entries_after(const std::string& command, const std::string& entries) {
  return fmt::format("    ('{}') entries=({}\n    ) ;;\n", command, entries);
}

/// Offers the verbs after a noun, also after `help`.
std::string zsh_verbs(const CompletionModel& model) {
  std::string text;
  for (const CompletedNoun& noun : model.nouns()) {
    std::string entries;
    for (const CompletedCommand* command : noun.commands) {
      entries += "\n      " + zsh_entry(command->last_word(), command->summary);
    }
    text += entries_after(noun.name, entries) + entries_after("help " + noun.name, entries);
  }
  return text;
}

}  // namespace

std::string zsh_completion(const CompletionModel& model) {
  const std::string help = "\n      " + zsh_entry("--help", "Print the help.");
  std::string text = fmt::format(
      kZshHead,
      pattern_of(model.all_flags(), [](const CompletedFlag& flag) { return flag.takes_value; }));
  text += zsh_values_after_commands(model) + "  case $previous in\n";
  text += zsh_values(model) + "  esac\n  case $command in\n";
  text += entries_after("", commands_of(model) + help + "\n      " +
                                zsh_entry("--version", "Print the version.") +
                                entries_of(model.options));
  for (const CompletedCommand& command : model.commands) {
    std::string entries = help + entries_of(command.flags);
    if (command.takes_options) entries += entries_of(model.options);
    for (const std::string& word : command.arguments) {
      entries += "\n      " + zsh_entry(word, summary_of(model, word));
    }
    text += entries_after(command.name, entries);
  }
  return text + zsh_verbs(model) + kZshTail;
}

}  // namespace dynsessions::cli
