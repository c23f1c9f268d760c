#include "emulator/client_environment/pool_of_command.h"

#include <vector>

#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>

#include "emulator/auth/test_token.h"
#include "emulator/base/clock.h"
#include "emulator/base/identifiers.h"
#include "emulator/http/text.h"
#include "emulator/net/client/http_client.h"

namespace dynsessions::client_environment {
namespace {

using nlohmann::json;
using Identifiers = std::vector<std::string>;

constexpr std::string_view kVersion = "api-version=2025-10-02-preview";
constexpr std::size_t kLongestPage = std::size_t{1} << 20;

Error failure(const std::string& reason) { return {ErrorCode::internal, reason, {}, {}}; }

/// A token that every rule of --auth accepts.
std::string token() {
  boost::asio::io_context loop;
  const auto now = SystemClock(loop.get_executor()).now();
  return auth::make_test_token({}, std::chrono::floor<std::chrono::seconds>(now));
}

Result<net::HttpReply> send(const std::string& endpoint, std::string method, std::string target) {
  const auto url = net::HttpUrl::parse(endpoint);
  if (!url) return url.error();
  net::HttpRequest request;
  request.method = std::move(method);
  request.target = std::move(target);
  request.headers.add("Authorization", "Bearer " + token());
  auto reply = net::fetch_blocking(*url, std::move(request), kLongestPage);
  if (!reply) return failure(reply.error().message);
  return *std::move(reply);
}

Result<Identifiers> sessions_of(const std::string& endpoint) {
  const auto reply = send(endpoint, "GET", "/listSessions?" + std::string(kVersion));
  if (!reply) return reply.error();
  try {
    const json page = json::parse(reply->body);
    Identifiers identifiers;
    for (const json& session : page.at("sessions")) {
      identifiers.push_back(session.at("identifier"));
    }
    return identifiers;
  } catch (const json::exception&) {
    return failure("listSessions was answered with status " + std::to_string(reply->status));
  }
}

/// A session that ended in the meantime is a success.
Result<void> end_session(const std::string& endpoint, const std::string& identifier) {
  const auto reply =
      send(endpoint, "DELETE",
           "/session?" + std::string(kVersion) + "&identifier=" + http::percent_encode(identifier));
  if (!reply) return reply.error();
  if (reply->status < 300 || reply->status == 400 || reply->status == 404) return {};
  return failure("the end of a session was answered with status " + std::to_string(reply->status));
}

std::string with_pool(const std::string& endpoint, const std::string& name) {
  return endpoint.empty() ? endpoint : endpoint.substr(0, endpoint.rfind('/') + 1) + name;
}

}  // namespace

RunningServer with_fresh_pool(RunningServer server) {
  const std::string name = "exec-" + random_uuid();
  server.endpoint = with_pool(server.endpoint, name);
  server.https_endpoint = with_pool(server.https_endpoint, name);
  return server;
}

Result<void> end_sessions(const std::string& endpoint) {
  for (;;) {
    const Result<Identifiers> sessions = sessions_of(endpoint);
    if (!sessions) return sessions.error();
    if (sessions->empty()) return {};
    for (const std::string& identifier : *sessions) {
      if (Result<void> ended = end_session(endpoint, identifier); !ended) return ended.error();
    }
  }
}

}  // namespace dynsessions::client_environment
