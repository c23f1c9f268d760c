#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "emulator/cli/admin_command.h"
#include "emulator/http/text.h"

namespace dynsessions::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string journal_table(const Json& answer) {
  std::vector<Cells> rows;
  for (const Json& entry : answer.value("value", Json::array())) {
    rows.push_back({text_of(entry, "id"), text_of(entry, "at"), text_of(entry, "pool"),
                    text_of(entry, "method") + ' ' + text_of(entry, "path"),
                    text_of(entry, "status"), text_of(entry, "reason")});
  }
  std::string text = table({"ID", "AT", "POOL", "REQUEST", "STATUS", "REASON"}, rows);
  for (const Json& warning : answer.value("warnings", Json::array())) {
    if (warning.is_string()) text += "warning: " + warning.get<std::string>() + '\n';
  }
  return text;
}

std::string query_of(const Invocation& call) {
  std::string query;
  for (const char* name : {"operation", "identifier", "status", "since", "limit", "format"}) {
    const auto flag = call.flags.find("--" + std::string(name));
    if (flag == call.flags.end()) continue;
    query +=
        (query.empty() ? "?" : "&") + std::string(name) + '=' + http::percent_encode(flag->second);
  }
  return query;
}

ExitCode list_journal(const Invocation& call) {
  refuse_arguments(call);
  return ask_admin_api(call, {.path = "/journal" + query_of(call)}, journal_table);
}

ExitCode verify_journal(const Invocation& call) {
  const std::string expectation = only_argument(call, "an expectation as JSON");
  return ask_admin_api(
      call, {.method = "POST", .path = "/journal/verify", .body = expectation},
      [](const Json& answer) { return "ok, found " + text_of(answer, "found") + '\n'; });
}

/// Turns lines of JSON into one JSON array.
std::string as_list(std::string lines) {
  while (lines.ends_with('\n')) lines.pop_back();
  std::replace(lines.begin(), lines.end(), '\n', ',');
  return '[' + lines + "]\n";
}

/// Prints the document as it is. With `-o json`, NDJSON becomes one document.
ExitCode export_journal(const Invocation& call) {
  refuse_arguments(call);
  const admin_client::Reply answer =
      send_to_admin_api(call, {.path = "/journal/export" + query_of(call)});
  if (answer.status >= 300) return report_refusal(answer);
  const auto format = call.flags.find("--format");
  const bool is_lines = format == call.flags.end() || format->second == "ndjson";
  const std::string text = is_lines && wants_json(call) ? as_list(answer.body) : answer.body;
  std::fwrite(text.data(), 1, text.size(), stdout);
  if (!text.empty() && !text.ends_with('\n')) std::fputc('\n', stdout);
  return stopped;
}

ExitCode clear_journal(const Invocation& call) {
  refuse_arguments(call);
  return ask_admin_api(call, {.method = "DELETE", .path = "/journal"}, show_nothing);
}

constexpr Flag kOperationFlag{"--operation", "NAME", "Only requests of this operation."};
constexpr Flag kIdentifierFlag{"--identifier", "GLOB", "Only requests of these identifiers."};
constexpr Flag kStatusFlag{"--status", "NUMBER", "Only requests with this status."};
constexpr Flag kSinceFlag{"--since", "ID|TIME",
                          "Only requests after this one, or since this time."};

constexpr Flag kListFlags[] = {
    kPoolFlag,
    kOperationFlag,
    kIdentifierFlag,
    kStatusFlag,
    kSinceFlag,
    {"--limit", "NUMBER", "Show only the newest requests, at most this many; default 1000."},
    kOutputFlag};
constexpr std::string_view kFormats[] = {"ndjson", "har", "case"};
constexpr Flag kExportFlags[] = {
    kPoolFlag,       kOperationFlag,
    kIdentifierFlag, kStatusFlag,
    kSinceFlag,      {"--format", "FORMAT", "ndjson, har or case; default ndjson.", kFormats},
    kOutputFlag};
constexpr Flag kJournalFlags[] = {kPoolFlag, kOutputFlag};

}  // namespace

const Command kJournalList = admin_command(
    {.name = "journal list",
     .summary = "List the requests that a running server has answered.",
     .description =
         "Lists requests with their status and its reason, and warns of identifiers that "
         "different\nclients share.\n",
     .examples = "  dynsessions journal list --pool tests-1 --status 403\n",
     .flags = kListFlags,
     .run = list_journal});

const Command kJournalVerify = admin_command(
    {.name = "journal verify",
     .summary = "Check that the server received the requests that a test expects.",
     .description =
         "Checks that the journal meets an expectation: a JSON object with `match` and `count`, "
         "`atLeast` or\n`atMost`, or with `order`, a list of matches. If it is not met, stderr "
         "shows the number found and\nthe requests that nearly match.\n",
     .examples =
         "  dynsessions journal verify '{\"match\":{\"operation\":\"execute\"},\"count\":2}'\n",
     .exit_codes = "  0  met\n"
                   "  1  not met, or the server cannot be reached; stderr says why\n"
                   "  2  wrong usage\n",
     .flags = kJournalFlags,
     .argument = "EXPECTATION",
     .run = verify_journal});

const Command kJournalExport = admin_command(
    {.name = "journal export",
     .summary = "Write the journal as NDJSON, HTTP Archive or conformance case.",
     .description =
         "Writes the requests of the journal to stdout. A conformance case repeats their "
         "executions.\n",
     .examples = "  dynsessions journal export --format case >journal.json\n"
                 "  dynsessions conform --cases journal.json\n",
     .flags = kExportFlags,
     .run = export_journal});

const Command kJournalClear = admin_command(
    {.name = "journal clear",
     .summary = "Delete the requests so far from the journal.",
     .description = "Deletes the requests of a pool from the journal; without --pool, all "
                    "requests.\n",
     .examples = "  dynsessions journal clear --pool tests-1\n",
     .flags = kJournalFlags,
     .run = clear_journal});

}  // namespace dynsessions::cli
