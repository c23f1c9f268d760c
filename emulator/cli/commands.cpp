#include <algorithm>
#include <array>
#include <cstdio>

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

}  // namespace

std::span<const Command* const> all_commands() { return kCommands; }

const Command* find_command(std::string_view name) {
  const auto found = std::find_if(kCommands.begin(), kCommands.end(),
                                  [name](const Command* one) { return one->name == name; });
  return found == kCommands.end() ? nullptr : *found;
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
