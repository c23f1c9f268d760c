#include <string>
#include <vector>

#include "emulator/cli/admin_command.h"
#include "emulator/http/text.h"

namespace dynsessions::cli {
namespace {

using Json = nlohmann::ordered_json;

std::vector<std::string> fault_row(const Json& rule) {
  const bool has_preset = rule.contains("preset");
  return {text_of(rule, "id"), text_of(rule, "hits"),
          rule.contains("match") ? text_of(rule, "match") : "every request",
          text_of(rule, has_preset ? "preset" : "effect")};
}

std::string faults_table(const std::vector<Cells>& rows) {
  return table({"ID", "HITS", "REQUESTS", "EFFECT"}, rows);
}

std::string list_of_faults(const Json& answer) {
  std::vector<Cells> rows;
  for (const Json& rule : answer.value("value", Json::array())) rows.push_back(fault_row(rule));
  return faults_table(rows);
}

/// The rule as JSON, or the name of a preset.
std::string rule_in(const std::string& word) {
  const bool is_json = word.find('{') != std::string::npos;
  return is_json ? word : Json{{"preset", word}}.dump();
}

ExitCode list_faults(const Invocation& call) {
  refuse_arguments(call);
  return ask_admin_api(call, {.path = "/faults"}, list_of_faults);
}

ExitCode add_fault(const Invocation& call) {
  const std::string rule = rule_in(only_argument(call, "a rule as JSON, or a preset"));
  return ask_admin_api(call, {.method = "POST", .path = "/faults", .body = rule},
                       [](const Json& answer) { return faults_table({fault_row(answer)}); });
}

ExitCode delete_fault(const Invocation& call) {
  const std::string id = only_argument(call, "the id of a rule");
  return ask_admin_api(call, {.method = "DELETE", .path = "/faults/" + http::percent_encode(id)},
                       show_nothing);
}

ExitCode clear_faults(const Invocation& call) {
  refuse_arguments(call);
  return ask_admin_api(call, {.method = "DELETE", .path = "/faults"}, show_nothing);
}

constexpr Flag kFaultFlags[] = {kPoolFlag, kOutputFlag};

constexpr std::string_view kFaultExamples =
    "  dynsessions fault add pool-full --pool tests-1\n"
    "  dynsessions fault add "
    "'{\"match\":{\"operation\":\"execute\",\"times\":1},\"effect\":{\"status\":503}}'\n"
    "  dynsessions fault list -o json\n";

}  // namespace

const Command kFaultList =
    admin_command({.name = "fault list",
                   .summary = "List the fault rules of a pool or of the server.",
                   .description = "Lists the fault rules of a pool; without --pool, the rules for "
                                  "requests of all pools.\n",
                   .examples = kFaultExamples,
                   .flags = kFaultFlags,
                   .run = list_faults});

const Command kFaultAdd = admin_command(
    {.name = "fault add",
     .summary = "Add a fault rule.",
     .description = "Adds a fault rule. RULE is a JSON object with `match` and `effect`; PRESET is "
                    "throttled, pool-full,\nallocation-failed, cold-start, kernel-restarted, "
                    "azure-2026-08 or region-outage. The first rule that\nmatches a request hits "
                    "it, and `x-emulator-reason` of the answer names the rule.\n",
     .examples = kFaultExamples,
     .flags = kFaultFlags,
     .argument = "RULE|PRESET",
     .run = add_fault});

const Command kFaultDelete =
    admin_command({.name = "fault delete",
                   .summary = "Delete a fault rule.",
                   .description = "Deletes the fault rule with this id.\n",
                   .examples = "  dynsessions fault delete rule-1 --pool tests-1\n",
                   .flags = kFaultFlags,
                   .argument = "ID",
                   .run = delete_fault});

const Command kFaultClear = admin_command(
    {.name = "fault clear",
     .summary = "Delete all fault rules.",
     .description = "Deletes all fault rules of a pool; without --pool, the rules of the "
                    "server and of every pool.\n",
     .examples = "  dynsessions fault clear --pool tests-1\n",
     .flags = kFaultFlags,
     .run = clear_faults});

}  // namespace dynsessions::cli
