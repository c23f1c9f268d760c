#include "emulator/admin_client/admin_client.h"

#include <utility>

#include "emulator/base/printable.h"
#include "emulator/net/client/http_client.h"

namespace dynsessions::admin_client {
namespace {

Error no_reply(const std::string& reason) {
  return {ErrorCode::internal, printable(reason), {}, {}};
}

}  // namespace

Result<Reply> ask(const std::string& url, Request request) {
  const auto server = net::HttpUrl::parse(url);
  if (!server) return no_reply(server.error().message);
  net::HttpRequest sent;
  sent.method = std::move(request.method);
  sent.target = std::move(request.path);
  sent.body = std::move(request.body);
  if (!request.token.empty()) sent.headers.add("Authorization", "Bearer " + request.token);
  sent.timeouts.answer = request.timeout;
  sent.timeouts.total = request.timeout;
  auto reply = net::fetch_blocking(*server, std::move(sent), request.longest_reply);
  if (!reply) return no_reply(reply.error().message);
  std::string reason(reply->headers.find("x-emulator-reason").value_or(""));
  return Reply{reply->status, std::move(reply->body), std::move(reason)};
}

}  // namespace dynsessions::admin_client
