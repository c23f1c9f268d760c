#include <string>
#include <vector>

#include "emulator/base/utf8.h"
#include "emulator/cli/admin_command.h"

namespace dynsessions::cli {
namespace {

using Json = nlohmann::ordered_json;

/// Returns the matcher of a rule, cut to fit into a line.
std::string match_of(const Json& rule) {
  constexpr std::size_t kLongestMatch = 60;
  for (const char* name : {"code", "pattern", "sha256"}) {
    if (!rule.contains(name)) continue;
    return shortened(std::string(name) + ' ' + text_of(rule, name), kLongestMatch);
  }
  return {};
}

std::string script_table(const Json& answer) {
  std::vector<Cells> rows;
  for (const Json& rule : answer.value("rules", Json::array())) {
    rows.push_back({std::to_string(rows.size() + 1), text_of(rule, "hits"), match_of(rule)});
  }
  return table({"RULE", "HITS", "PROGRAM"}, rows) + "strict: " + text_of(answer, "strict") + '\n';
}

ExitCode show_script(const Invocation& call) {
  refuse_arguments(call);
  return ask_admin_api(call, {.path = "/script"}, script_table);
}

ExitCode put_script(const Invocation& call) {
  const std::string text = file_content(only_argument(call, "a file with a script"));
  return ask_admin_api(call, {.method = "PUT", .path = "/script", .body = text}, script_table);
}

ExitCode clear_script(const Invocation& call) {
  refuse_arguments(call);
  return ask_admin_api(call, {.method = "DELETE", .path = "/script"}, show_nothing);
}

ExitCode record(const Invocation& call) {
  refuse_arguments(call);
  return ask_admin_api(call, {.method = "POST", .path = "/script/recording"}, show_nothing);
}

/// Prints the script as it is.
ExitCode show_recording(const Invocation& call) {
  refuse_arguments(call);
  return ask_admin_api(call, {.path = "/script/recording"},
                       [](const Json& answer) { return answer.dump(2) + '\n'; });
}

ExitCode stop_recording(const Invocation& call) {
  refuse_arguments(call);
  return ask_admin_api(call, {.method = "DELETE", .path = "/script/recording"}, show_nothing);
}

constexpr Flag kScriptFlags[] = {kPoolFlag, kOutputFlag};

constexpr std::string_view kRecordingExamples =
    "  dynsessions script record --pool tests-1\n"
    "  dynsessions script recording --pool tests-1 >answers.json\n"
    "  dynsessions serve --engine scripts --script answers.json\n";

}  // namespace

const Command kScriptShow =
    admin_command({.name = "script show",
                   .summary = "Show the scripted answers of a pool or of the server.",
                   .description = "Shows the script of a pool; without --pool, the script for all "
                                  "pools.\n",
                   .examples = "  dynsessions script show --pool tests-1 -o json\n",
                   .flags = kScriptFlags,
                   .run = show_script});

const Command kScriptPut = admin_command(
    {.name = "script put",
     .summary = "Answer programs by the rules of a file instead of running them.",
     .description =
         "Replaces the script of a pool; without --pool, the script for all pools. Programs\n"
         "that match a rule are answered by it. docs/scripts.md describes the file.\n",
     .examples = "  dynsessions script put answers.json --pool tests-1\n",
     .flags = kScriptFlags,
     .argument = "FILE",
     .run = put_script});

const Command kScriptClear =
    admin_command({.name = "script clear",
                   .summary = "Delete the scripted answers of a pool or of the server.",
                   .description = "Deletes the script, so that all programs run again.\n",
                   .examples = "  dynsessions script clear --pool tests-1\n",
                   .flags = kScriptFlags,
                   .run = clear_script});

const Command kScriptRecord = admin_command(
    {.name = "script record",
     .summary = "Begin to record the answers of programs as a script.",
     .description = "Starts to record the answers of programs. A recording in progress "
                    "is dropped.\n",
     .examples = kRecordingExamples,
     .flags = kScriptFlags,
     .run = record});

const Command kScriptRecording =
    admin_command({.name = "script recording",
                   .summary = "Print the recording as a script that can be committed.",
                   .description = "Prints the recording so far as a script. The recording "
                                  "continues.\n",
                   .examples = kRecordingExamples,
                   .flags = kScriptFlags,
                   .run = show_recording});

const Command kScriptStop = admin_command(
    {.name = "script stop",
     .summary = "End a recording and delete it.",
     .description = "Ends a recording and deletes it. To keep it, print it first with "
                    "`dynsessions script recording`.\n",
     .examples = kRecordingExamples,
     .flags = kScriptFlags,
     .run = stop_recording});

}  // namespace dynsessions::cli
