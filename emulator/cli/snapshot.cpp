#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "emulator/cli/admin_command.h"
#include "emulator/http/text.h"

namespace dynsessions::cli {
namespace {

using Json = nlohmann::ordered_json;

void write_file(const std::string& path, const std::string& bytes) {
  if (path == "-") {
    std::fwrite(bytes.data(), 1, bytes.size(), stdout);
    return;
  }
  std::ofstream file(path, std::ios::binary);
  file << bytes;
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path);
}

ExitCode save_snapshot(const Invocation& call) {
  const std::string path = only_argument(call, "a file to write, or -");
  const auto redact = call.flags.find("--redact");
  const std::string query =
      redact == call.flags.end() ? "" : "?redact=" + http::percent_encode(redact->second);
  const admin_client::Reply answer = send_to_admin_api(call, {.path = "/snapshot" + query});
  if (answer.status >= 300) return report_refusal(answer);
  write_file(path, answer.body);
  if (wants_json(call) && path != "-") {
    const Json saved{{"file", path}, {"bytes", answer.body.size()}};
    std::fputs((saved.dump() + '\n').c_str(), stdout);
  }
  return stopped;
}

std::string restored_table(const Json& answer) {
  std::vector<Cells> rows;
  std::string omitted;
  const Json pools = answer.contains("value") ? answer["value"] : Json::array({answer});
  for (const Json& pool : pools) {
    for (const Json& session : pool.value("sessions", Json::array())) {
      rows.push_back({text_of(pool, "pool"), text_of(session, "session"),
                      text_of(session, "identifier"), text_of(session, "files"),
                      text_of(session, "bytes")});
    }
    for (const Json& one : pool.value("omitted", Json::array())) {
      omitted += "not in the snapshot: " + text_of(one, "session") + ", " + text_of(one, "what") +
                 ": " + text_of(one, "why") + '\n';
    }
  }
  return table({"POOL", "SESSION", "IDENTIFIER", "FILES", "BYTES"}, rows) + omitted;
}

ExitCode load_snapshot(const Invocation& call) {
  const std::string bytes = file_content(only_argument(call, "a file with a snapshot"));
  return ask_admin_api(call, {.method = "PUT", .path = "/snapshot", .body = bytes}, restored_table);
}

constexpr std::string_view kRedactions[] = {"none", "identifiers", "contents"};
constexpr Flag kSaveFlags[] = {
    kPoolFlag,
    {"--redact", "WHAT", "Data to replace: none, identifiers, or contents (and identifiers).",
     kRedactions},
    kOutputFlag};
constexpr Flag kLoadFlags[] = {kPoolFlag, kOutputFlag};

}  // namespace

const Command kSnapshotSave = admin_command(
    {.name = "snapshot save",
     .summary = "Save the sessions of a pool, or of all pools, as an archive.",
     .description =
         "Saves the definition of each pool, its faults and script, the files and variables of "
         "its\n"
         "sessions, and the journal as an archive. `--redact identifiers` replaces identifiers "
         "and\n"
         "principals; `--redact contents` also leaves out variables, programs and outputs, and\n"
         "replaces the bytes of files by zeros.\n",
     .examples = "  dynsessions snapshot save --pool tests-1 --redact identifiers bug.tgz\n",
     .flags = kSaveFlags,
     .argument = "FILE",
     .run = save_snapshot});

const Command kSnapshotLoad = admin_command(
    {.name = "snapshot load",
     .summary = "Restore a pool, or all pools of an archive.",
     .description = "Replaces the sessions of the pools by those of the archive.\n"
                    "If anything is wrong with the archive, nothing is changed. Without `--pool`,\n"
                    "the archive names the pools; others stay as they are.\n",
     .examples = "  dynsessions snapshot load --pool tests-1 bug.tgz\n",
     .flags = kLoadFlags,
     .argument = "FILE",
     .run = load_snapshot});

}  // namespace dynsessions::cli
