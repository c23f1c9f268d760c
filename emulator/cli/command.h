#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/config/settings.h"

/// The commands of the program: a file for each. A command is a value (Command) from which its
/// help, the completion of shells and the checks of the command line are made.
namespace dynsessions::cli {

/// Exit codes; they are stable and listed in the help.
enum ExitCode : int { stopped = 0, failed = 1, wrong_usage = 2, port_in_use = 3, no_engine = 4 };

/// A flag of one command. (Options of the server are flags too; config/options.h has those.)
struct Flag {
  std::string_view name;        ///< "--timeout"
  std::string_view value_name;  ///< "SECONDS"; empty if the flag takes no value
  std::string_view help;
  std::span<const std::string_view> words = {};  ///< the accepted values; empty: any text
  char letter = '\0';                            ///< 'o' if `-o` is a short form
};

struct Command;

/// A parsed command line.
struct Invocation {
  const Command* command = nullptr;
  /// Words after the name of the command, such as `bash` in `completion bash`.
  std::vector<std::string> arguments;
  config::Values flags;     ///< of the command: name to text; "true" without a value
  config::Values options;   ///< of the server: key to text
  std::string config_path;  ///< value of --config; empty without it
};

struct Command {
  std::string_view name;  ///< "serve", "config print"
  std::string_view summary;
  std::string_view description = {};  ///< lines below the usage in its help
  std::string_view examples = {};     ///< indented lines
  std::string_view exit_codes = {};   ///< indented lines
  std::span<const Flag> flags = {};
  bool takes_options = false;                             ///< those of the server
  std::span<const std::string_view> common_options = {};  ///< keys of options that its help shows
  bool shows_all_options = false;                         ///< in its help, instead of these
  std::string_view argument = {};                         ///< "SHELL"; empty: it takes none
  /// Words that are accepted as arguments; empty: any word.
  std::span<const std::string_view> argument_words = {};
  /// The help of a command that parses its arguments itself; all words after its name are then its
  /// arguments.
  std::string (*own_help)() = nullptr;
  ExitCode (*run)(const Invocation& call) = nullptr;
};

extern const Command kServe, kExec, kEnv, kAz, kHealthcheck, kWait, kCert, kToken, kDoctor,
    kPackagesList, kPackagesAdd, kPackagesInstall, kPackagesRemove, kConform, kConfigPrint,
    kOptions, kCompletion, kVersion, kHelp;
extern const Command kPoolList, kPoolShow, kPoolPut, kPoolSet, kPoolDelete, kPoolApply,
    kSessionsList, kSessionsShow, kSessionsDelete, kSessionsRestartKernel, kClockShow, kClockFreeze,
    kClockResume, kClockSet, kClockScale, kClockAdvance, kFaultList, kFaultAdd, kFaultDelete,
    kFaultClear, kJournalList, kJournalVerify, kJournalExport, kJournalClear, kScriptShow,
    kScriptPut, kScriptClear, kScriptRecord, kScriptRecording, kScriptStop, kSnapshotSave,
    kSnapshotLoad, kLogs, kReset;

/// In the order of the overview.
[[nodiscard]] std::span<const Command* const> all_commands();

/// Returns nullptr if there is no command of that name.
[[nodiscard]] const Command* find_command(std::string_view name);

/// "clock" of `clock show`; the whole name if it is one word.
[[nodiscard]] std::string_view first_word(std::string_view name);

/// The second words of the commands that begin with `noun`, in the order of the overview.
[[nodiscard]] std::vector<std::string_view> verbs_of(std::string_view noun);

/// Explains why `words` name no command, and which one was probably meant.
[[nodiscard]] std::string no_such_command(std::span<const std::string> words);

/// Values of `-o`, `--output`.
inline constexpr std::string_view kOutputWords[] = {"text", "json"};
inline constexpr Flag kOutputFlag{"--output", "FORMAT", "Format of the output: text or json.",
                                  kOutputWords, 'o'};
[[nodiscard]] bool wants_json(const Invocation& call);

/// The settings of the server that the invocation describes. Warns on stderr about variables that
/// have no effect. Throws config::ConfigError.
[[nodiscard]] config::Settings settings_of(const Invocation& call);

}  // namespace dynsessions::cli
