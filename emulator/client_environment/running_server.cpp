#include "emulator/client_environment/running_server.h"

#include <stdexcept>

#include <nlohmann/json.hpp>

#include "emulator/base/read_text.h"
#include "emulator/readiness/readiness.h"

namespace dynsessions::client_environment {
namespace {

using nlohmann::json;

constexpr const char* kCure =
    "; start one with `dynsessions serve`, or name its --ready-file or --admin-port";

std::string text_of(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string ask_admin_port(const std::string& url) {
  const Result<readiness::Reply> reply = readiness::ask_admin(url, "/server");
  if (!reply) throw std::runtime_error("no server: " + reply.error().message + kCure);
  return reply->body;
}

}  // namespace

std::optional<RunningServer> from_ready_line(std::string_view line) {
  const json facts = json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!facts.is_object() || text_of(facts, "event") != "ready") return std::nullopt;
  const std::string http = text_of(facts, "http");
  const std::string https = text_of(facts, "https");
  RunningServer server{.endpoint = text_of(facts, "poolManagementEndpoint"),
                       .https_endpoint = {},
                       .identity_endpoint = text_of(facts, "identityEndpoint"),
                       .authority = text_of(facts, "authority")};
  if (http.empty() || !server.endpoint.starts_with(http)) return std::nullopt;
  if (!https.empty()) server.https_endpoint = https + server.endpoint.substr(http.size());
  return server;
}

RunningServer find_server(const config::Config& config) {
  const bool by_file = config.server.admin_port == 0;
  const auto admin = readiness::admin_url(config);
  if (!admin) throw std::runtime_error("no server: no ready line in " + config.server.ready_file);
  const std::string line = by_file ? read_text(config.server.ready_file) : ask_admin_port(*admin);
  const auto server = from_ready_line(line);
  if (!server) throw std::runtime_error("no server: " + *admin + " is not dynsessions" + kCure);
  return *server;
}

}  // namespace dynsessions::client_environment
