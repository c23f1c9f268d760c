#include "emulator/cli/arguments.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "emulator/base/suggestion.h"
#include "emulator/config/options.h"

namespace dynsessions::cli {
namespace {

using config::ConfigError;
using config::Option;

constexpr std::string_view kConfigFlag = "--config";

/// A flag that exists: an option of the server, or a flag of one or more commands.
struct KnownFlag {
  std::string name;  ///< "--port"
  bool takes_value = true;
  bool repeatable = false;
  const Option* option = nullptr;        ///< nullptr for a flag of commands and for --config
  std::vector<const Command*> commands;  ///< commands that have the flag
};

std::vector<KnownFlag> known_flags() {
  std::vector<KnownFlag> known;
  known.push_back({std::string(kConfigFlag), true, false, nullptr, {}});
  for (const Option& option : config::all_options()) {
    known.push_back({"--" + std::string(option.key),
                     !option.is_switch(),
                     option.value.repeatable,
                     &option,
                     {}});
  }
  for (const Command* command : all_commands()) {
    for (const Flag& flag : command->flags) {
      const auto same = std::find_if(known.begin(), known.end(), [&flag](const KnownFlag& one) {
        return one.name == flag.name;
      });
      if (same == known.end()) {
        known.push_back(
            {std::string(flag.name), !flag.value_name.empty(), false, nullptr, {command}});
      } else {
        same->commands.push_back(command);
      }
    }
  }
  return known;
}

/// The long form of `-o`; nullopt if no command has that letter.
std::optional<std::string> long_form(char letter) {
  for (const Command* command : all_commands()) {
    for (const Flag& flag : command->flags) {
      if (flag.letter == letter) return std::string(flag.name);
    }
  }
  return std::nullopt;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_switch_word(std::string_view word) {
  constexpr std::array<std::string_view, 4> kWords{"true", "false", "1", "0"};
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

/// "a or b or c"
std::string alternatives(std::span<const std::string_view> words) {
  std::string text;
  for (const std::string_view word : words) {
    text.append(text.empty() ? "" : " or ").append(word);
  }
  return text;
}

/// "`wait`, `clock`"
std::string quoted(const std::vector<std::string_view>& names) {
  std::string text;
  for (const std::string_view name : names) {
    text.append(text.empty() ? "`" : ", `").append(name).append("`");
  }
  return text;
}

/// "clock" instead of `clock show`, `clock set` and so on if all of them have the flag.
std::string_view shortest_name_of(const Command& owner, const KnownFlag& flag) {
  const std::string_view noun = first_word(owner.name);
  const auto owners =
      std::count_if(flag.commands.begin(), flag.commands.end(),
                    [noun](const Command* command) { return first_word(command->name) == noun; });
  return std::size_t(owners) == verbs_of(noun).size() && owners > 1 ? noun : owner.name;
}

class Parser {
 public:
  explicit Parser(std::span<const std::string> words) : words_(words), known_(known_flags()) {}

  Invocation parse() {
    while (next_ < words_.size() && !reads_its_own_words()) read(words_[next_++]);
    choose_command();
    if (help_) return call_for_help();
    if (version_) return call_of(kVersion);
    if (!mistake_.empty()) refuse(mistake_);
    take_arguments();
    for (const auto& [flag, value] : flags_) take_flag(*flag, value);
    return std::move(call_);
  }

 private:
  void read(const std::string& word) {
    if (word == "--") {
      texts_.insert(texts_.end(), words_.begin() + std::ptrdiff_t(next_), words_.end());
      next_ = words_.size();
    } else if (word == "--help" || word == "-h") {
      help_ = true;
    } else if (word == "--version") {
      version_ = true;
    } else if (word.starts_with("--") && word.size() > 2) {
      const std::size_t equals = word.find('=');
      read_flag(word.substr(0, equals), equals == std::string::npos
                                            ? std::nullopt
                                            : std::optional(word.substr(equals + 1)));
    } else if (word.starts_with('-') && word.size() > 1 && !is_digit(word[1])) {
      read_letter(word);
    } else {
      texts_.push_back(word);
    }
  }

  /// `-o json` or `-ojson`
  void read_letter(const std::string& word) {
    const auto name = long_form(word[1]);
    if (!name) return note("there is no flag `" + word + "`" + near_flag("-" + word));
    read_flag(*name, word.size() == 2 ? std::nullopt : std::optional(word.substr(2)));
  }

  void read_flag(const std::string& name, std::optional<std::string> value) {
    const auto found = std::find_if(known_.begin(), known_.end(),
                                    [&name](const KnownFlag& flag) { return flag.name == name; });
    if (found == known_.end()) return note("there is no flag `" + name + "`" + near_flag(name));
    if (found->takes_value && !value) {
      if (next_ == words_.size() || words_[next_].starts_with("--")) {
        return note("`" + name + "` needs a value");
      }
      value = words_[next_++];
    } else if (!found->takes_value && !value) {
      const bool follows = next_ < words_.size() && is_switch_word(words_[next_]);
      value = found->option != nullptr && follows ? words_[next_++] : "true";
    } else if (!found->takes_value && found->option == nullptr) {
      return note("`" + name + "` takes no value");
    }
    keep(*found, *std::move(value));
  }

  void keep(const KnownFlag& flag, std::string value) {
    const auto same = std::find_if(flags_.begin(), flags_.end(),
                                   [&flag](const auto& one) { return one.first == &flag; });
    if (same == flags_.end()) {
      flags_.emplace_back(&flag, std::move(value));
    } else if (flag.repeatable) {
      same->second += ',' + value;
    } else {
      note("`" + flag.name + "` is given twice");
    }
  }

  [[nodiscard]] std::string near_flag(const std::string& name) const {
    std::vector<std::string_view> candidates{"--help", "--version"};
    for (const KnownFlag& flag : known_) candidates.push_back(flag.name);
    return did_you_mean(name, candidates);
  }

  /// Whether the command that was just read parses the words after it itself.
  bool reads_its_own_words() {
    const Command* const command = texts_.empty() ? nullptr : find_command(texts_.front());
    if (command == nullptr || command->own_help == nullptr) return false;
    texts_.insert(texts_.end(), words_.begin() + std::ptrdiff_t(next_), words_.end());
    return true;
  }

  /// The longest name of a command that the words begin with; `serve` without words.
  void choose_command() {
    call_.command = texts_.empty() ? &kServe : find_command(texts_.front());
    if (!texts_.empty()) used_ = 1;
    if (call_.command == nullptr && texts_.size() > 1) {
      call_.command = find_command(texts_[0] + ' ' + texts_[1]);
      used_ = 2;
    }
    if (call_.command != nullptr) return;
    note(no_such_command(texts_));
  }

  static Invocation call_of(const Command& command) {
    Invocation call;
    call.command = &command;
    return call;
  }

  Invocation call_for_help() {
    Invocation call = call_of(kHelp);
    const bool known = !texts_.empty() && call_.command != nullptr;
    call.arguments = known ? std::vector{std::string(call_.command->name)} : texts_;
    return call;
  }

  void take_arguments() {
    const Command& command = *call_.command;
    call_.arguments.assign(texts_.begin() + std::ptrdiff_t(used_), texts_.end());
    if (command.own_help != nullptr || call_.arguments.empty()) return;
    if (command.argument.empty()) {
      refuse("`" + call_.arguments.front() + "` is not expected after `" +
             std::string(command.name) + "`");
    }
    const auto words = command.argument_words;
    const std::string& first = call_.arguments.front();
    if (!words.empty() && std::find(words.begin(), words.end(), first) == words.end()) {
      refuse("expected " + alternatives(words) + ", not `" + first + "`" +
             did_you_mean(first, words));
    }
    if (!words.empty() && call_.arguments.size() > 1) {
      refuse("`" + call_.arguments[1] + "` is not expected after `" + first + "`");
    }
  }

  void take_flag(const KnownFlag& flag, const std::string& value) {
    const Command& command = *call_.command;
    const auto own = std::find_if(command.flags.begin(), command.flags.end(),
                                  [&flag](const Flag& one) { return one.name == flag.name; });
    if (own != command.flags.end()) {
      if (command.own_help != nullptr)
        refuse("flags of `" + std::string(command.name) + "` come after it");
      check_words(*own, value);
      call_.flags.emplace(flag.name, value);
    } else if (command.takes_options && flag.option != nullptr) {
      call_.options.emplace(flag.option->key, value);
    } else if (command.takes_options && flag.name == kConfigFlag) {
      call_.config_path = value;
    } else {
      refuse_flag_of_another(flag);
    }
  }

  void check_words(const Flag& flag, const std::string& value) const {
    const bool known = std::find(flag.words.begin(), flag.words.end(), value) != flag.words.end();
    if (flag.words.empty() || known) return;
    refuse(std::string(flag.name) + ": expected " + alternatives(flag.words) + ", not `" + value +
           "`" + did_you_mean(value, flag.words));
  }

  /// "`--timeout` is a flag of `wait`, not of `healthcheck`; did you mean `--…`?"
  [[noreturn]] void refuse_flag_of_another(const KnownFlag& flag) const {
    const bool of_server = flag.option != nullptr || flag.name == kConfigFlag;
    std::vector<std::string_view> owners;
    if (of_server) owners.push_back(kServe.name);
    for (const Command* owner : flag.commands) {
      const std::string_view name = shortest_name_of(*owner, flag);
      if (owners.empty() || owners.back() != name) owners.push_back(name);
    }
    std::vector<std::string_view> own;
    for (const Flag& one : call_.command->flags) own.push_back(one.name);
    refuse("`" + flag.name + "` is a flag of " + quoted(owners) + ", not of `" +
           std::string(call_.command->name) + "`" + did_you_mean(flag.name, own));
  }

  /// Keeps the first mistake. Mistakes are ignored if help is requested.
  void note(std::string mistake) {
    if (mistake_.empty()) mistake_ = std::move(mistake);
  }

  [[noreturn]] void refuse(const std::string& mistake) const {
    throw ConfigError(mistake + "\nTry `dynsessions " + help_topic() + "--help`.");
  }

  /// "clock set ", or "clock " if no command of that noun was typed; empty for the overview.
  [[nodiscard]] std::string help_topic() const {
    if (texts_.empty()) return "";
    if (call_.command != nullptr) return std::string(call_.command->name) + ' ';
    return verbs_of(texts_.front()).size() > 1 ? texts_.front() + ' ' : "";
  }

  std::span<const std::string> words_;
  const std::vector<KnownFlag> known_;
  std::size_t next_ = 0;
  std::vector<std::string> texts_;  ///< words that are neither flags nor their values
  std::size_t used_ = 0;            ///< of texts_, by the command's name
  std::vector<std::pair<const KnownFlag*, std::string>> flags_;
  std::string mistake_;
  bool help_ = false;
  bool version_ = false;
  Invocation call_;
};

}  // namespace

Invocation parse_arguments(std::span<const std::string> words) { return Parser(words).parse(); }

}  // namespace dynsessions::cli
