#include "emulator/client_environment/running_server.h"

#include <stdexcept>

#include <nlohmann/json.hpp>

#include "emulator/admin_client/admin_client.h"
#include "emulator/base/json_text.h"
#include "emulator/base/read_text.h"
#include "emulator/server_list/server_list.h"

namespace dynsessions::client_environment {
namespace {

using nlohmann::json;

constexpr unsigned kUnauthorized = 401;

constexpr const char* kCure =
    "; start one with `dynsessions serve`, or name its ready file or the URL of its admin port";

std::string text_of(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

std::optional<RunningServer> from_ready_line(std::string_view line) {
  const json facts = parse_json(line);
  if (!facts.is_object() || text_of(facts, "event") != "ready") return std::nullopt;
  const std::string http = text_of(facts, "http");
  const std::string https = text_of(facts, "https");
  RunningServer server{.endpoint = text_of(facts, "poolManagementEndpoint"),
                       .https_endpoint = {},
                       .identity_endpoint = text_of(facts, "identityEndpoint"),
                       .authority = text_of(facts, "authority"),
                       .admin = text_of(facts, "admin"),
                       .arm = text_of(facts, "arm"),
                       .http = http,
                       .subscription = text_of(facts, "subscription"),
                       .resource_group = text_of(facts, "resourceGroup"),
                       .tenant = text_of(facts, "tenant"),
                       .admin_token = text_of(facts, "adminToken")};
  if (http.empty() || !server.endpoint.starts_with(http)) return std::nullopt;
  if (!https.empty()) server.https_endpoint = https + server.endpoint.substr(http.size());
  return server;
}

RunningServer server_at(const std::string& admin_url, const std::string& token) {
  const Result<admin_client::Reply> reply = admin_client::ask(admin_url, {"/server", token});
  if (!reply) throw std::runtime_error("no server: " + reply.error().message + kCure);
  // The data plane has no body in its 401 (CONTRACT.md section 2), the admin API has.
  if (reply->status == kUnauthorized && !reply->body.empty()) {
    throw std::runtime_error("no server: " + admin_url +
                             " demands a token; set DYNSESSIONS_ADMIN_TOKEN, or name its ready "
                             "file");
  }
  const auto server = from_ready_line(reply->body);
  if (!server) {
    throw std::runtime_error("no server: " + admin_url + " is not the admin port of dynsessions" +
                             kCure);
  }
  return *server;
}

RunningServer server_of_ready_file(const std::string& path) {
  const auto server = from_ready_line(read_text(path));
  if (!server) throw std::runtime_error("no server: no ready line in " + path + kCure);
  return *server;
}

std::vector<RunningServer> servers_of_user(const config::Environment& environment) {
  std::vector<RunningServer> servers;
  const auto list = server_list::directory(environment);
  if (!list) return servers;
  for (const std::string& line : server_list::running_servers(*list)) {
    if (auto server = from_ready_line(line)) servers.push_back(*std::move(server));
  }
  return servers;
}

}  // namespace dynsessions::client_environment
