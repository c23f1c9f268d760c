#include <string>
#include <vector>

#include "emulator/cli/admin_command.h"
#include "emulator/http/text.h"

namespace dynsessions::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string pools_table(const Json& answer) {
  std::vector<Cells> rows;
  for (const Json& pool : answer.value("value", Json::array())) {
    const Json state = pool.value("state", Json::object());
    rows.push_back({text_of(pool, "name"), text_of(state, "sessions"), text_of(pool, "maxSessions"),
                    text_of(state, "readySessions"), text_of(pool, "cooldownPeriod")});
  }
  return table({"POOL", "SESSIONS", "MAXIMUM", "READY", "COOLDOWN"}, rows);
}

std::string pool_lines(const Json& pool) {
  std::string text;
  for (const auto& [name, value] : pool.items()) {
    if (!value.is_object()) text += name + ' ' + text_of(pool, name.c_str()) + '\n';
  }
  const Json state = pool.value("state", Json::object());
  for (const char* name : {"sessions", "freeSlots"}) {
    text += std::string(name) + ' ' + text_of(state, name) + '\n';
  }
  return text;
}

AdminRequest request_for(const std::string& method, const std::string& pool,
                         std::string body = {}) {
  return {method, pool_path(pool), std::move(body), false};
}

/// "maxSessions=5": a number stays a number.
void assign(Json& members, const std::string& word) {
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw config::ConfigError("expected NAME=VALUE, such as maxSessions=5, not `" + word + "`");
  }
  members[word.substr(0, equals)] = word.substr(equals + 1);
}

ExitCode list_pools(const Invocation& call) {
  refuse_arguments(call);
  return ask_admin_api(call, {.path = "/pools", .is_scoped = false}, pools_table);
}

ExitCode show_pool(const Invocation& call) {
  const std::string pool = only_argument(call, "the name of a pool");
  return ask_admin_api(call, request_for("GET", pool), pool_lines);
}

ExitCode change_pool(const Invocation& call, const std::string& method) {
  if (call.arguments.empty()) {
    throw config::ConfigError("`" + std::string(call.command->name) + "` needs the name of a pool");
  }
  Json members = Json::object();
  for (std::size_t i = 1; i < call.arguments.size(); ++i) assign(members, call.arguments[i]);
  return ask_admin_api(call, request_for(method, call.arguments.front(), members.dump()),
                       pool_lines);
}

ExitCode put_pool(const Invocation& call) { return change_pool(call, "PUT"); }
ExitCode set_pool(const Invocation& call) { return change_pool(call, "PATCH"); }

ExitCode delete_pool(const Invocation& call) {
  const std::string pool = only_argument(call, "the name of a pool");
  return ask_admin_api(call, request_for("DELETE", pool), show_nothing);
}

constexpr Flag kPoolCommandFlags[] = {kOutputFlag};

constexpr std::string_view kPoolExamples =
    "  dynsessions pool put tests-1 maxSessions=2 cooldownPeriod=300\n"
    "  dynsessions pool set tests-1 maxSessions=3\n"
    "  dynsessions pool show tests-1 -o json\n";

}  // namespace

const Command kPoolList =
    admin_command({.name = "pool list",
                   .summary = "List the session pools of a running server.",
                   .description = "Lists every pool, with its sessions and its limits.\n",
                   .examples = kPoolExamples,
                   .flags = kPoolCommandFlags,
                   .run = list_pools});

const Command kPoolShow = admin_command(
    {.name = "pool show",
     .summary = "Show a session pool.",
     .description = "Shows the definition of a session pool and the sessions that count "
                    "against its maximum.\n",
     .examples = kPoolExamples,
     .flags = kPoolCommandFlags,
     .argument = "POOL",
     .run = show_pool});

const Command kPoolPut = admin_command(
    {.name = "pool put",
     .summary = "Declare a session pool, or replace its definition.",
     .description = "Declares a session pool, or replaces its definition. Members that are not "
                    "named get the values\nof the default pool. Existing sessions do not change.\n",
     .examples = kPoolExamples,
     .flags = kPoolCommandFlags,
     .argument = "POOL [NAME=VALUE…]",
     .run = put_pool});

const Command kPoolSet = admin_command(
    {.name = "pool set",
     .summary = "Change members of a session pool.",
     .description = "Changes members of a session pool; the others stay as they are.\n",
     .examples = kPoolExamples,
     .flags = kPoolCommandFlags,
     .argument = "POOL NAME=VALUE…",
     .run = set_pool});

const Command kPoolDelete = admin_command(
    {.name = "pool delete",
     .summary = "Delete a session pool with its sessions.",
     .description = "Deletes a session pool and ends its sessions. The next request for "
                    "it makes a new pool.\n",
     .examples = "  dynsessions pool delete tests-1\n",
     .flags = kPoolCommandFlags,
     .argument = "POOL",
     .run = delete_pool});

}  // namespace dynsessions::cli
