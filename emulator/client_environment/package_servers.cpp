#include "emulator/client_environment/package_servers.h"

#include <chrono>
#include <utility>

#include <nlohmann/json.hpp>

#include "emulator/base/printable.h"
#include "emulator/client_environment/running_server.h"
#include "emulator/net/client/http_client.h"

namespace dynsessions::client_environment {
namespace fs = std::filesystem;

namespace {

using nlohmann::json;

constexpr std::chrono::seconds kReport{3};
/// The packages are installed already, but a new interpreter has to load them, which can take long
/// on a busy machine.
constexpr std::chrono::minutes kReload{5};
constexpr std::size_t kLongestReport = 65536;
constexpr unsigned kFound = 200;
constexpr unsigned kNoSuchOperation = 404;

/// A request to the admin API about packages.
struct PackageRequest {
  const char* method;
  const char* target;
  net::HttpTimeouts::Duration timeout;
};

constexpr PackageRequest kGet{"GET", "/packages", kReport};
constexpr PackageRequest kPost{"POST", "/packages/reload", kReload};

struct PackageReply {
  json report;          ///< null if there is none
  std::string problem;  ///< why there is none
};

PackageReply ask(const RunningServer& server, const PackageRequest& what) {
  const auto url = net::HttpUrl::parse(server.admin);
  if (!url) return {nullptr, url.error().message};
  net::HttpRequest request;
  request.method = what.method;
  request.target = what.target;
  if (!server.admin_token.empty()) {
    request.headers.add("Authorization", "Bearer " + server.admin_token);
  }
  request.timeouts.answer = what.timeout;
  request.timeouts.total = what.timeout;
  const auto reply = net::fetch_blocking(*url, std::move(request), kLongestReport);
  if (!reply) return {nullptr, reply.error().message};
  if (reply->status == kNoSuchOperation) return {nullptr, "it is of an earlier version"};
  json report = json::parse(reply->body, nullptr, /*allow_exceptions=*/false);
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

ServerPackages account_of(const RunningServer& server, const PackageReply& reply) {
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

std::vector<ServerPackages> accounts(const fs::path& file, const config::Environment& environment,
                                     bool reload) {
  std::vector<ServerPackages> all;
  for (const RunningServer& server : servers_of_user(environment)) {
    PackageReply reply = ask(server, kGet);
    const bool is_asked = reply.problem.empty();
    if (is_asked && !is_same_file(file, member(reply.report, "requirements"))) continue;
    if (is_asked && reload) reply = ask(server, kPost);
    all.push_back(account_of(server, reply));
  }
  return all;
}

}  // namespace

std::vector<ServerPackages> servers_with(const fs::path& file,
                                         const config::Environment& environment) {
  return accounts(file, environment, false);
}

std::vector<ServerPackages> reload_packages(const fs::path& file,
                                            const config::Environment& environment) {
  return accounts(file, environment, true);
}

}  // namespace dynsessions::client_environment
