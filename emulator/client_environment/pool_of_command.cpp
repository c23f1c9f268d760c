#include "emulator/client_environment/pool_of_command.h"

#include <chrono>
#include <string>

#include "emulator/admin_client/admin_client.h"
#include "emulator/base/identifiers.h"
#include "emulator/net/client/http_url.h"

namespace dynsessions::client_environment {
namespace {

constexpr std::chrono::minutes kEndOfSessions{1};

Error failure(const std::string& reason) { return {ErrorCode::internal, reason, {}, {}}; }

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

Result<void> end_sessions(const RunningServer& server) {
  const auto endpoint = net::HttpUrl::parse(server.endpoint);
  if (!endpoint) return failure(endpoint.error().message);
  const auto reply = admin_client::ask(
      server.admin, {.path = endpoint->prefix + "/reset?keep=faults,journal,clock",
                     .token = server.admin_token,
                     .method = "POST",
                     .timeout = kEndOfSessions});
  if (!reply) return reply.error();
  if (reply->status == 200) return {};
  return failure("the reset of its pool was answered with status " + std::to_string(reply->status));
}

}  // namespace dynsessions::client_environment
