#include "emulator/surfaces/identity/identity_surface.h"

#include <algorithm>
#include <array>
#include <utility>

#include "emulator/http/router.h"
#include "emulator/http/text.h"
#include "emulator/surfaces/identity/answers.h"
#include "emulator/surfaces/identity/operations.h"
#include "emulator/surfaces/no_route.h"

namespace dynsessions::surfaces::identity {
namespace asio = boost::asio;

namespace {

using http::Method;

struct Row {
  Method method;
  std::string_view pattern;
  std::string_view name;
  Operation* operation;
};

/// AD FS has no tenant in its paths; its name takes the place of one.
constexpr std::array kRows{
    Row{Method::get, "/msi/token", "get_token", app_service_token},
    Row{Method::post, "/msi/token", "get_token", cloud_shell_token},
    Row{Method::get, "/metadata/identity/oauth2/token", "get_token", virtual_machine_token},
    Row{Method::post, "/{tenant}/oauth2/v2.0/token", "request_token", requested_token},
    Row{Method::post, "/{tenant}/oauth2/token", "request_token", requested_token},
    Row{Method::get, "/{tenant}/v2.0/.well-known/openid-configuration", "get_openid", openid},
    Row{Method::get, "/{tenant}/.well-known/openid-configuration", "get_openid", openid},
    Row{Method::get, "/{tenant}/discovery/v2.0/keys", "get_keys", keys},
    Row{Method::get, "/{tenant}/discovery/keys", "get_keys", keys},
    Row{Method::get, "/{tenant}/discovery/instance", "get_instance", instance},
    Row{Method::get, "/{tenant}/userrealm/{user}", "get_user_realm", user_realm},
};

const http::Router<Row>& router() {
  static const http::Router<Row> kRouter(kRows);
  return kRouter;
}

/// Whether the path is one of Microsoft Entra, also one that is not emulated, such as
/// /{tenant}/oauth2/v2.0/devicecode, or next to that of App Service.
bool is_of_identity(http::Segments path) {
  const auto is = [&path](std::size_t at, std::string_view word) {
    return at < path.size() && http::iequals(path[at], word);
  };
  // Pools, and files of the default pool, can have any name.
  if (is(0, "subscriptions") || is(0, "files")) return false;
  if (is(0, "msi") || is(0, ".well-known")) return true;
  return is(1, "oauth2") || is(1, ".well-known") || is(2, ".well-known") || is(3, ".well-known");
}

}  // namespace

std::vector<std::string> operation_names() {
  std::vector<std::string> names;
  http::add_names(names, kRows);
  return names;
}

IdentitySurface::IdentitySurface(Services services, RequestGuard guard,
                                 std::vector<http::Filter*> outer, std::vector<http::Filter*> inner)
    : services_(services), guard_(std::move(guard)), filters_(std::move(outer)) {
  filters_.push_back(&guard_);
  filters_.insert(filters_.end(), inner.begin(), inner.end());
}

/// Clients of managed identity send the header. With a wrong IDENTITY_ENDPOINT they request any
/// path, and need an answer of this surface: one of the data plane would not explain the mistake.
bool IdentitySurface::has(const http::Request& request) const {
  return router().has(request.target.segments) || is_of_identity(request.target.segments) ||
         request.headers.find("x-identity-header");
}

asio::awaitable<http::Response> IdentitySurface::handle(http::Exchange& exchange,
                                                        http::Request request,
                                                        http::BodyReader& body) {
  exchange.surface = "identity";
  http::Call call{exchange, std::move(request), &body};
  const auto found = router().find(call.request.method, call.request.target.segments);
  if (found) exchange.operation = found->row.name;
  exchange.api_version = call.request.target.query_value("api-version").value_or("");
  const http::Endpoint endpoint = [this,
                                   &found](http::Call& routed) -> asio::awaitable<http::Answer> {
    if (found) co_return co_await found->row.operation(services_, found->parameters, routed);
    const http::Request& unknown = routed.request;
    routed.exchange.refused_by = "router";
    co_return no_route(unknown, router().explain(unknown.method, unknown.target.segments),
                       "This path is no identity endpoint.",
                       "get tokens with IDENTITY_ENDPOINT=" + base_url(unknown) + "/msi/token");
  };
  http::Answer answer = co_await http::Next(filters_, endpoint)(call);
  if (answer) co_return *std::move(answer);
  if (exchange.refused_by.empty()) exchange.refused_by = "operation";
  co_return refuse(exchange, answer.error());
}

http::Response IdentitySurface::refuse(http::Exchange& exchange, const Error& error) {
  exchange.surface = "identity";
  exchange.refusal = error;
  exchange.reason = error.reason;
  return refusal(error, exchange.correlation_id);
}

}  // namespace dynsessions::surfaces::identity
