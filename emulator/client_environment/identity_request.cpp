#include "emulator/client_environment/identity_request.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "emulator/base/json_text.h"
#include "emulator/base/printable.h"
#include "emulator/http/text.h"
#include "emulator/net/client/http_client.h"

namespace dynsessions::client_environment {
namespace {

constexpr std::chrono::seconds kLongestWait{10};
constexpr std::size_t kLongestAnswer = std::size_t{64} * 1024;
constexpr const char* kSetAgain =
    "; run the client with `dynsessions exec`, or eval \"$(dynsessions env)\" first";

Error no_token(std::string reason) { return {ErrorCode::internal, std::move(reason), {}, {}}; }

/// Returns the message of a refusal by the identity surface, which is written for people.
std::string refusal_in(const net::HttpReply& reply) {
  const auto body = parse_json(reply.body);
  if (body.is_object() && body.contains("message") && body["message"].is_string()) {
    return printable(body["message"].get<std::string>());
  }
  return "the identity endpoint answered with status " + std::to_string(reply.status) +
         " and is not that of dynsessions" + kSetAgain;
}

}  // namespace

Result<std::string> request_token(const IdentityEndpoint& endpoint, const std::string& resource) {
  if (endpoint.url.empty())
    return no_token(std::string("IDENTITY_ENDPOINT is not set") + kSetAgain);
  auto server = net::HttpUrl::parse(endpoint.url);
  if (!server) return no_token("IDENTITY_ENDPOINT: " + server.error().message + kSetAgain);
  net::HttpRequest request;
  // The path is not changed: on other servers a slash at its end would make it another path.
  const std::string path = std::exchange(server->prefix, "");
  request.target = (path.empty() ? "/" : path) +
                   "?api-version=2019-08-01&resource=" + http::percent_encode(resource);
  if (!endpoint.header.empty() && !http::has_control_character(endpoint.header)) {
    request.headers.add("X-IDENTITY-HEADER", endpoint.header);
  }
  request.timeouts.total = kLongestWait;
  auto reply = net::fetch_blocking(*server, std::move(request), kLongestAnswer);
  if (!reply) {
    return no_token("no server answers at IDENTITY_ENDPOINT, " + printable(endpoint.url) + " (" +
                    reply.error().message + "); it has stopped, or the variable is of another one" +
                    kSetAgain);
  }
  if (reply->status == 200) return std::move(reply->body);
  return no_token(refusal_in(*reply));
}

}  // namespace dynsessions::client_environment
