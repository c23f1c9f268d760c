#include <fmt/format.h>

#include "emulator/cli/completion_model.h"

namespace dynsessions::cli {
namespace {

constexpr const char* kBashHead =
    R"(# Completion of dynsessions for bash, by `dynsessions completion bash`.
_dynsessions() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD - 1]}}
  local command='' words='' i
  # Bash makes a word of the `=` in `--flag=value`.
  if [[ $current == '=' ]]; then
    current=''
  elif [[ $previous == '=' ]]; then
    previous=${{COMP_WORDS[COMP_CWORD - 2]}}
  fi
  for ((i = 1; i < COMP_CWORD; ++i)); do
    case ${{COMP_WORDS[i]}} in
      {})
        if [[ ${{COMP_WORDS[i + 1]}} == '=' ]]; then i=$((i + 1)); fi
        i=$((i + 1))
        ;;
      -* | '=') ;;
      *) command+="${{command:+ }}${{COMP_WORDS[i]}}" ;;
    esac
  done
  COMPREPLY=()
)";

constexpr const char* kBashTail = R"(  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -F _dynsessions dynsessions
)";

/// Offers `words` after a command that has been typed.
std::string words_after(const std::string& command, const std::string& words) {
  return fmt::format("    '{}') words='{}' ;;\n", command, words);
}

std::string flag_names(const std::vector<CompletedFlag>& flags) {
  std::vector<std::string> names;
  for (const CompletedFlag& flag : flags) names.push_back(flag.name);
  return join(names, " ");
}

std::string bash_values_after_commands(const CompletionModel& model) {
  std::string text = "  case \"$command $previous\" in\n";
  for (const ValuesAfterCommand& values : model.values_after_commands()) {
    text += fmt::format(
        "    '{} {}') mapfile -t COMPREPLY < <(compgen -W '{}' -- \"$current\"); return ;;\n",
        values.command, values.flag, join(values.words, " "));
  }
  return text + "  esac\n";
}

/// Offers the verbs after a noun, also after `help`.
std::string bash_verbs(const CompletionModel& model) {
  std::string text;
  for (const CompletedNoun& noun : model.nouns()) {
    std::vector<std::string> verbs;
    for (const CompletedCommand* command : noun.commands) verbs.push_back(command->last_word());
    text += words_after(noun.name, join(verbs, " "));
    text += words_after("help " + noun.name, join(verbs, " "));
  }
  return text;
}

std::string bash_values(const CompletionModel& model) {
  const auto flags = model.all_flags();
  std::string text;
  for (const CompletedFlag& flag : flags) {
    if (flag.words.empty()) continue;
    text += fmt::format(
        "    {}) mapfile -t COMPREPLY < <(compgen -W '{}' -- \"$current\"); return ;;\n",
        pattern_of(std::vector{flag}, [](const auto&) { return true; }), join(flag.words, " "));
  }
  text += fmt::format(
      "    {})\n"
      "      compopt -o filenames 2>/dev/null\n"
      "      mapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n"
      "      return\n"
      "      ;;\n",
      pattern_of(flags, [](const CompletedFlag& flag) { return flag.takes_path; }));
  const std::string others = pattern_of(flags, [](const CompletedFlag& flag) {
    return flag.takes_value && !flag.takes_path && flag.words.empty();
  });
  return text + fmt::format("    {}) return ;;\n", others);
}

}  // namespace

std::string bash_completion(const CompletionModel& model) {
  const std::string options = flag_names(model.options);
  std::string text = fmt::format(
      kBashHead,
      pattern_of(model.all_flags(), [](const CompletedFlag& flag) { return flag.takes_value; }));
  text += bash_values_after_commands(model) + "  case $previous in\n";
  text += bash_values(model) + "  esac\n  case $command in\n";
  text += words_after("", join(model.first_words(), " ") + " --help --version " + options);
  for (const CompletedCommand& command : model.commands) {
    std::string words = "--help " + flag_names(command.flags);
    if (command.takes_options) words += ' ' + options;
    if (!command.arguments.empty()) words += ' ' + join(command.arguments, " ");
    text += words_after(command.name, words);
  }
  return text + bash_verbs(model) + kBashTail;
}

}  // namespace dynsessions::cli
