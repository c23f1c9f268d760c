#include "emulator/client_environment/running_server.h"

#include <fstream>
#include <iterator>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "emulator/net/http_client.h"
#include "emulator/readiness/readiness.h"

namespace dynsessions::client_environment {
namespace {

using nlohmann::json;

constexpr std::chrono::seconds kPatience{3};
constexpr std::size_t kLongestLine = std::size_t{64} << 10;
constexpr const char* kCure =
    "; start one with `dynsessions serve`, or name its --ready-file or --admin-port";

std::string text_of(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string ready_line_in(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string ask_admin_port(const std::string& url) {
  const auto server = net::HttpUrl::parse(url);
  if (!server) throw std::runtime_error(server.error().message);
  net::HttpRequest request;
  request.target = "/server";
  request.timeouts.total = kPatience;
  const auto reply = net::fetch_blocking(*server, std::move(request), kLongestLine);
  if (!reply) throw std::runtime_error("no server: " + reply.error().message + kCure);
  return reply->body;
}

}  // namespace

std::optional<RunningServer> from_ready_line(std::string_view line) {
  const json facts = json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!facts.is_object()) return std::nullopt;
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
  const std::string line =
      by_file ? ready_line_in(config.server.ready_file) : ask_admin_port(*admin);
  const auto server = from_ready_line(line);
  if (!server) throw std::runtime_error("no server: " + *admin + " is not dynsessions" + kCure);
  return *server;
}

}  // namespace dynsessions::client_environment
