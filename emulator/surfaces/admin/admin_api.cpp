#include "emulator/surfaces/admin/admin_api.h"

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "emulator/http/router.h"
#include "emulator/http/text.h"
#include "emulator/surfaces/admin/answers.h"
#include "emulator/surfaces/admin/operation.h"
#include "emulator/surfaces/no_route.h"

namespace dynsessions::surfaces::admin {
namespace asio = boost::asio;

namespace {

using http::Method;
using http::Segments;

using Row = OperationRow;

constexpr unsigned kMethodNotAllowed = 405;

/// Operations on the server.
constexpr std::array kServerRows{
    Row{Method::get, "/health/live", "live", live},
    Row{Method::get, "/health/ready", "ready", ready},
    Row{Method::get, "/server", "server", server},
    Row{Method::get, "/version", "version", version},
    Row{Method::get, "/metrics", "metrics", metrics},
    Row{Method::get, "/openapi.json", "openapi", openapi},
    Row{Method::get, "/pools", "list_pools", list_pools},
    Row{Method::get, "/packages", "get_packages", get_packages},
    Row{Method::post, "/packages/reload", "reload_packages", reload_packages},
};

/// Operations on one pool; the patterns begin after its name.
constexpr std::array kPoolRows{
    Row{Method::get, "/", "get_pool", get_pool},
    Row{Method::put, "/", "put_pool", put_pool},
    Row{Method::patch, "/", "patch_pool", patch_pool},
    Row{Method::delete_, "/", "delete_pool", delete_pool},
    Row{Method::get, "/slots", "get_slots", get_slots},
};

/// Operations on one pool, or on all of them where the path names none.
constexpr std::array kCommonRows{
    Row{Method::get, "/sessions", "list_sessions", list_sessions},
    Row{Method::get, "/sessions/{session}", "get_session", get_session},
    Row{Method::delete_, "/sessions/{session}", "delete_session", delete_session},
    Row{Method::post, "/sessions/{session}/restart-kernel", "restart_kernel", restart_kernel},
    Row{Method::get, "/clock", "get_clock", get_clock},
    Row{Method::put, "/clock", "put_clock", put_clock},
    Row{Method::post, "/clock/advance", "advance_clock", advance_clock},
    Row{Method::get, "/faults", "list_faults", list_faults},
    Row{Method::put, "/faults", "put_faults", put_faults},
    Row{Method::post, "/faults", "add_fault", add_fault},
    Row{Method::delete_, "/faults", "delete_faults", delete_faults},
    Row{Method::delete_, "/faults/{rule}", "delete_fault", delete_fault},
    Row{Method::get, "/journal", "get_journal", get_journal},
    Row{Method::delete_, "/journal", "delete_journal", delete_journal},
    Row{Method::post, "/journal/verify", "verify_journal", verify_journal},
    Row{Method::get, "/journal/export", "export_journal", export_journal},
    Row{Method::get, "/journal/events", "follow_journal", follow_journal},
    Row{Method::get, "/script", "get_script", get_script},
    Row{Method::put, "/script", "put_script", put_script},
    Row{Method::delete_, "/script", "delete_script", delete_script},
    Row{Method::post, "/script/recording", "start_recording", start_recording},
    Row{Method::get, "/script/recording", "get_recording", get_recording},
    Row{Method::delete_, "/script/recording", "stop_recording", stop_recording},
    Row{Method::get, "/snapshot", "get_snapshot", get_snapshot},
    Row{Method::put, "/snapshot", "put_snapshot", put_snapshot},
    Row{Method::get, "/events", "follow_events", follow_events},
    Row{Method::post, "/token", "issue_token", issue_token},
    Row{Method::post, "/reset", "reset", reset},
};

template <std::size_t A, std::size_t B>
constexpr std::array<Row, A + B> both(const std::array<Row, A>& first,
                                      const std::array<Row, B>& second) {
  std::array<Row, A + B> all{};
  for (std::size_t i = 0; i < A; ++i) all[i] = first[i];
  for (std::size_t i = 0; i < B; ++i) all[A + i] = second[i];
  return all;
}

constexpr auto kWithoutPool = both(kServerRows, kCommonRows);
constexpr auto kBelowPool = both(kPoolRows, kCommonRows);

const http::Router<Row>& router_without_pool() {
  static const http::Router<Row> kRouter(kWithoutPool, http::HeadRequests::like_get);
  return kRouter;
}

const http::Router<Row>& router_below_pool() {
  static const http::Router<Row> kRouter(kBelowPool, http::HeadRequests::like_get);
  return kRouter;
}

struct AdminPath {
  std::optional<pools::PoolName> pool;
  Segments rest;  ///< segments after the pool
};

AdminPath split(Segments path, const pools::PoolName& default_pool) {
  constexpr std::size_t kShort = 2;  // pools, name
  constexpr std::size_t kLong = 6;   // subscriptions, s, resourceGroups, g, sessionPools, name
  if (path.size() >= kShort && http::iequals(path[0], "pools")) {
    pools::PoolName name = default_pool;
    name.name = path[1];
    return {std::move(name), path.subspan(kShort)};
  }
  if (path.size() >= kLong && http::iequals(path[0], "subscriptions") &&
      http::iequals(path[2], "resourceGroups") && http::iequals(path[4], "sessionPools")) {
    return {pools::PoolName{path[1], path[3], path[5]}, path.subspan(kLong)};
  }
  return {std::nullopt, path};
}

const http::Router<Row>& router_of(const AdminPath& path) {
  return path.pool ? router_below_pool() : router_without_pool();
}

asio::awaitable<http::Answer> run(const Services& services, const AdminPath& path,
                                  http::Call& http) {
  const http::Router<Row>& router = router_of(path);
  const auto found = router.find(http.request.method, path.rest);
  if (!found) {
    http.exchange.refused_by = "router";
    co_return no_route(http.request, router.explain(http.request.method, path.rest),
                       path.pool ? "This path is not an operation on a pool."
                                 : "This path is not an operation of the admin API.",
                       "docs/testing.md and GET /openapi.json describe the operations");
  }
  http.exchange.operation = found->row.name;
  AdminCall call{services, http, path.pool, found->parameters};
  http::Answer answer = co_await found->row.operation(call);
  if (!answer) http.exchange.refused_by = "operation";
  co_return answer;
}

void echo_trace(http::Response& response, const http::Exchange& exchange) {
  if (!exchange.traceparent.empty()) response.headers.add("traceparent", exchange.traceparent);
}

}  // namespace

std::span<const OperationRow> operations_without_pool() { return kWithoutPool; }

std::span<const OperationRow> operations_below_pool() { return kBelowPool; }

std::vector<pools::Pool*> pools_of(const AdminCall& call) {
  if (!call.pool) return call.services.pools.all();
  pools::Pool* const pool = call.services.pools.find(*call.pool);
  if (pool == nullptr) return {};
  return {pool};
}

std::vector<test_double::MovableClock> clocks_of(const AdminCall& call) {
  std::vector<test_double::MovableClock> clocks;
  if (!call.pool) clocks.emplace_back(call.services.pools.server_clock());
  for (pools::Pool* const pool : pools_of(call)) clocks.emplace_back(*pool);
  return clocks;
}

AdjustableClock& clock_of(const AdminCall& call) {
  const pools::PoolCatalog& pools = call.services.pools;
  return call.pool ? pools.clock_of(*call.pool) : pools.server_clock();
}

Result<void> require_pool(const AdminCall& call) {
  if (!call.pool) return {};
  const auto pool = call.services.pools.find_or_create(*call.pool);
  if (!pool) return pool.error();
  return {};
}

AdminApi::AdminApi(Services services, RequestGuard guard, std::string token)
    : services_(std::move(services)),
      guard_(std::move(guard)),
      token_(std::move(token)),
      filters_{&guard_, &token_} {}

asio::awaitable<http::Response> AdminApi::handle(http::Exchange& exchange, http::Request request,
                                                 http::BodyReader& body) {
  exchange.surface = "admin";
  http::Call call{exchange, std::move(request), &body};
  const AdminPath path = split(call.request.target.segments, services_.pools.default_pool().id);
  if (path.pool) exchange.pool = path.pool->name;
  const http::Endpoint endpoint = [this, &path](http::Call& routed) {
    return run(services_, path, routed);
  };
  http::Answer answer = co_await http::Next(filters_, endpoint)(call);
  if (!answer) {
    http::Response refused = refuse(exchange, answer.error());
    if (refused.status == kMethodNotAllowed) {
      const auto why = router_of(path).explain(call.request.method, path.rest);
      refused.headers.add("allow", why.methods);
    }
    co_return refused;
  }
  echo_trace(*answer, exchange);
  co_return *std::move(answer);
}

http::Response AdminApi::refuse(http::Exchange& exchange, const Error& error) {
  exchange.surface = "admin";
  exchange.refusal = error;
  exchange.reason = error.reason;
  http::Response response = refusal(error);
  echo_trace(response, exchange);
  return response;
}

}  // namespace dynsessions::surfaces::admin
