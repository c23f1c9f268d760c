#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <string>

#include "emulator/base/suggestion.h"
#include "emulator/cli/command.h"

namespace dynsessions::cli {
namespace {

constexpr std::array kCommands{
    &kServe, &kExec, &kEnv, &kAz, &kHealthcheck, &kWait, &kCert, &kToken, &kDoctor, &kPackagesList,
    &kPackagesAdd, &kPackagesInstall, &kPackagesRemove, &kConform, &kConfigPrint, &kOptions,
    &kCompletion, &kVersion, &kHelp,
    // Commands for a running server.
    &kPoolList, &kPoolShow, &kPoolPut, &kPoolSet, &kPoolDelete, &kPoolApply, &kSessionsList,
    &kSessionsShow, &kSessionsDelete, &kSessionsRestartKernel, &kClockShow, &kClockFreeze,
    &kClockResume, &kClockSet, &kClockScale, &kClockAdvance, &kFaultList, &kFaultAdd, &kFaultDelete,
    &kFaultClear, &kJournalList, &kJournalVerify, &kJournalExport, &kJournalClear, &kScriptShow,
    &kScriptPut, &kScriptClear, &kScriptRecord, &kScriptRecording, &kScriptStop, &kSnapshotSave,
    &kSnapshotLoad, &kLogs, &kReset};

/// The first words of the commands' names, each once.
std::vector<std::string_view> first_words() {
  std::vector<std::string_view> words;
  for (const Command* command : kCommands) {
    const std::string_view word = first_word(command->name);
    if (words.empty() || words.back() != word) words.push_back(word);
  }
  return words;
}

/// "list, show and put"
std::string listed(const std::vector<std::string_view>& verbs) {
  std::string text;
  for (std::size_t i = 0; i < verbs.size(); ++i) {
    text.append(i == 0 ? "" : i + 1 == verbs.size() ? " and " : ", ").append(verbs[i]);
  }
  return text;
}

}  // namespace

std::span<const Command* const> all_commands() { return kCommands; }

const Command* find_command(std::string_view name) {
  const auto found = std::find_if(kCommands.begin(), kCommands.end(),
                                  [name](const Command* one) { return one->name == name; });
  return found == kCommands.end() ? nullptr : *found;
}

std::string_view first_word(std::string_view name) { return name.substr(0, name.find(' ')); }

std::vector<std::string_view> verbs_of(std::string_view noun) {
  std::vector<std::string_view> verbs;
  for (const Command* command : kCommands) {
    const std::string_view name = command->name;
    if (name.size() > noun.size() && first_word(name) == noun) {
      verbs.push_back(name.substr(noun.size() + 1));
    }
  }
  return verbs;
}

std::string no_such_command(std::span<const std::string> words) {
  const std::string noun = words.empty() ? "" : words.front();
  const auto verbs = verbs_of(noun);
  if (find_command(noun) != nullptr && words.size() > 1) {
    return "`" + words[1] + "` is not expected after `" + noun + "`";
  }
  if (verbs.empty()) {
    return "there is no command `" + noun + "`" + did_you_mean(noun, first_words());
  }
  if (words.size() == 1 && verbs.size() > 1) return "`" + noun + "` needs a verb: " + listed(verbs);
  const std::string typed = words.size() == 1 ? noun : noun + ' ' + words[1];
  const auto meant = words.size() == 1 ? std::optional(verbs[0]) : nearest(words[1], verbs);
  return "there is no command `" + typed + "`; " +
         (meant ? "did you mean `" + noun + ' ' + std::string(*meant) + "`?"
                : "`" + noun + "` has " + listed(verbs));
}

bool wants_json(const Invocation& call) {
  const auto output = call.flags.find(kOutputFlag.name);
  return output != call.flags.end() && output->second == "json";
}

config::Settings settings_of(const Invocation& call) {
  for (const std::string& warning : config::warnings_about(config::process_variable_names())) {
    std::fprintf(stderr, "dynsessions: warning: %s\n", warning.c_str());
  }
  return config::resolve_settings(call.options, call.config_path, config::process_environment);
}

}  // namespace dynsessions::cli
