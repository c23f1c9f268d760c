#include <string>
#include <vector>

#include "emulator/cli/admin_command.h"
#include "emulator/http/text.h"

namespace dynsessions::cli {
namespace {

using Json = nlohmann::ordered_json;

std::vector<std::string> session_row(const Json& session) {
  return {text_of(session, "session"), text_of(session, "identifier"), text_of(session, "pool"),
          text_of(session, "state"), text_of(session, "expiresAt")};
}

std::string sessions_table(const std::vector<Cells>& rows) {
  return table({"SESSION", "IDENTIFIER", "POOL", "STATE", "EXPIRES"}, rows);
}

std::string list_of_sessions(const Json& answer) {
  std::vector<Cells> rows;
  for (const Json& session : answer.value("value", Json::array())) {
    rows.push_back(session_row(session));
  }
  return sessions_table(rows);
}

std::string one_session(const Json& answer) { return sessions_table({session_row(answer)}); }

std::string path_of_session(const Invocation& call) {
  return "/sessions/" + http::percent_encode(only_argument(call, "the guid of a session"));
}

ExitCode list_sessions(const Invocation& call) {
  refuse_arguments(call);
  return ask_admin_api(call, {.path = "/sessions"}, list_of_sessions);
}

ExitCode show_session(const Invocation& call) {
  return ask_admin_api(call, {.path = path_of_session(call)}, one_session);
}

ExitCode delete_session(const Invocation& call) {
  return ask_admin_api(call, {.method = "DELETE", .path = path_of_session(call)}, show_nothing);
}

ExitCode restart_kernel(const Invocation& call) {
  return ask_admin_api(call, {.method = "POST", .path = path_of_session(call) + "/restart-kernel"},
                       one_session);
}

constexpr Flag kSessionFlags[] = {kPoolFlag, kOutputFlag};

}  // namespace

const Command kSessionsList =
    admin_command({.name = "sessions list",
                   .summary = "List the sessions of a running server.",
                   .description = "Lists sessions with their identifiers, states and "
                                  "the time at which they expire if unused.\n",
                   .examples = "  dynsessions sessions list --pool tests-1 -o json\n",
                   .flags = kSessionFlags,
                   .run = list_sessions});

const Command kSessionsShow = admin_command(
    {.name = "sessions show",
     .summary = "Show a session.",
     .description = "Shows the session with this guid.\n",
     .examples = "  dynsessions sessions show b7c0d5a2-52a2-4f9e-9d0c-0a4f6f1d3c11 -o json\n",
     .flags = kSessionFlags,
     .argument = "GUID",
     .run = show_session});

const Command kSessionsDelete = admin_command(
    {.name = "sessions delete",
     .summary = "End a session.",
     .description = "Ends the session as if its cooldown had passed.\n",
     .examples = "  dynsessions sessions delete b7c0d5a2-52a2-4f9e-9d0c-0a4f6f1d3c11\n",
     .flags = kSessionFlags,
     .argument = "GUID",
     .run = delete_session});

const Command kSessionsRestartKernel = admin_command(
    {.name = "sessions restart-kernel",
     .summary = "Kill the interpreters of a session.",
     .description =
         "Kills the interpreters of a session: variables are lost, files stay. A running "
         "program ends\nas if its kernel had died.\n",
     .examples = "  dynsessions sessions restart-kernel b7c0d5a2-52a2-4f9e-9d0c-0a4f6f1d3c11\n",
     .flags = kSessionFlags,
     .argument = "GUID",
     .run = restart_kernel});

}  // namespace dynsessions::cli
