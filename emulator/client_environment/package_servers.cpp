#include "emulator/client_environment/package_servers.h"

#include <chrono>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "emulator/admin_client/admin_client.h"
#include "emulator/base/json_text.h"
#include "emulator/base/printable.h"
#include "emulator/client_environment/running_server.h"

namespace dynsessions::client_environment {
namespace fs = std::filesystem;

namespace {

using nlohmann::json;

/// The packages are installed already, but a new interpreter has to load them, which can take long
/// on a busy machine.
constexpr std::chrono::minutes kReload{5};
constexpr unsigned kFound = 200;
constexpr unsigned kNoSuchOperation = 404;

struct PackageReply {
  json report;          ///< null if there is none
  std::string problem;  ///< why there is none
};

PackageReply ask(const RunningServer& server, admin_client::Request request) {
  const auto reply = admin_client::ask(server.admin, std::move(request));
  if (!reply) return {nullptr, reply.error().message};
  if (reply->status == kNoSuchOperation) return {nullptr, "it is of an earlier version"};
  json report = parse_json(reply->body);
  if (reply->status == kFound && report.is_object()) return {std::move(report), {}};
  return {nullptr, "it answers with status " + std::to_string(reply->status)};
}

std::string member(const json& report, const char* name) {
  const auto found = report.find(name);
  const bool is_text = found != report.end() && found->is_string();
  return is_text ? found->get<std::string>() : std::string();
}

bool is_same_file(const fs::path& a, const fs::path& b) {
  std::error_code error;
  return !b.empty() && fs::weakly_canonical(a, error) == fs::weakly_canonical(b, error);
}

ServerPackages state_of(const RunningServer& server, const PackageReply& reply) {
  const std::string who = "The server at " + server.http;
  if (!reply.problem.empty()) {
    return {false, false,
            who + " could not be asked (" + printable(reply.problem) +
                "): start it again if its sessions lack packages."};
  }
  const std::string state = member(reply.report, "state");
  if (state == "current") return {true, true, who + " has these packages for new sessions."};
  if (state == "installing") {
    return {true, false,
            who + " is still installing; its sessions have the earlier packages until then."};
  }
  return {true, false, who + " keeps its packages: " + printable(member(reply.report, "failure"))};
}

std::vector<ServerPackages> all_states(const fs::path& file, const config::Environment& environment,
                                       bool reload) {
  std::vector<ServerPackages> all;
  for (const RunningServer& server : servers_of_user(environment)) {
    PackageReply reply = ask(server, {"/packages", server.admin_token});
    const bool is_asked = reply.problem.empty();
    if (is_asked && !is_same_file(file, member(reply.report, "requirements"))) continue;
    if (is_asked && reload) {
      reply = ask(server, {"/packages/reload", server.admin_token, "POST", kReload});
    }
    all.push_back(state_of(server, reply));
  }
  return all;
}

}  // namespace

std::vector<ServerPackages> servers_with(const fs::path& file,
                                         const config::Environment& environment) {
  return all_states(file, environment, false);
}

std::vector<ServerPackages> reload_packages(const fs::path& file,
                                            const config::Environment& environment) {
  return all_states(file, environment, true);
}

}  // namespace dynsessions::client_environment
