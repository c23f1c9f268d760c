#include "emulator/surfaces/data_plane/data_plane.h"

#include <utility>

#include "emulator/base/spdlog.h"
#include "emulator/pools/session_errors.h"
#include "emulator/surfaces/data_plane/operations.h"

namespace dynsessions::surfaces::data_plane {
namespace asio = boost::asio;

namespace {

std::vector<http::Filter*> in_order(const std::vector<http::Filter*>& outer,
                                    std::vector<http::Filter*> own,
                                    const std::vector<http::Filter*>& inner) {
  std::vector<http::Filter*> all = outer;
  all.insert(all.end(), own.begin(), own.end());
  all.insert(all.end(), inner.begin(), inner.end());
  return all;
}

}  // namespace

DataPlane::DataPlane(Services services, DataPlaneSettings settings)
    : services_(std::move(services)),
      default_pool_(settings.default_pool),
      versions_(settings.contract_options),
      answer_filter_({settings.own_headers, settings.warning, settings.contract_options},
                     services_.pools),
      guard_(RequestGuard(settings.allowed_hosts)),
      token_(settings.token_policy, services_.pools, settings.roles),
      filters_(in_order(settings.outer_filters, {&answer_filter_, &guard_, &token_},
                        settings.inner_filters)) {}

asio::awaitable<http::Response> DataPlane::handle(http::Exchange& exchange, http::Request request,
                                                  http::BodyReader& body) {
  http::Call call{exchange, std::move(request), &body};
  const Result<Route> route = match_route(call.request, default_pool_, versions_);
  describe(exchange, call.request, route);
  const http::Endpoint operation = [this, &route](http::Call& routed) {
    return run(route, routed);
  };
  http::Answer answer = co_await http::Next(filters_, operation)(call);
  // A refusal by an outer filter.
  if (!answer) co_return answer_filter_.refuse(answer.error(), exchange);
  co_return *std::move(answer);
}

void DataPlane::describe(http::Exchange& exchange, const http::Request& request,
                         const Result<Route>& route) const {
  exchange.surface = "data-plane";
  exchange.identifier = request.target.query_value("identifier").value_or("");
  exchange.api_version = request.target.query_value("api-version").value_or("");
  pools::PoolName pool = route ? route->pool : pool_of(request, default_pool_);
  exchange.subscription = std::move(pool.subscription);
  exchange.resource_group = std::move(pool.resource_group);
  exchange.pool = std::move(pool.name);
  if (!route) return;
  exchange.operation = route->operation->name;
  spdlog::debug("request {}.{} is {} as of {}{}", exchange.connection, exchange.number,
                exchange.operation, route->version->name,
                route->version_is_guessed ? " (its api-version is unknown)" : "");
}

/// Of every request for the pool, also for paths that go to a container in Azure.
std::optional<Error> DataPlane::refusal_by_pool(const http::Exchange& exchange) const {
  pools::Pool* const pool = services_.pools.find(pool_named_in(exchange));
  if (pool == nullptr || pool->definition().can_run()) return std::nullopt;
  return pools::sessions_cannot_run(pool->definition());
}

asio::awaitable<http::Answer> DataPlane::run(const Result<Route>& route, http::Call& call) {
  if (std::optional<Error> refusal = refusal_by_pool(call.exchange)) {
    call.exchange.refused_by = "operation";
    co_return *std::move(refusal);
  }
  if (!route) {
    call.exchange.refused_by = "router";
    co_return route.error();
  }
  http::Answer answer = co_await route->operation->handler(services_, *route, call);
  if (!answer) call.exchange.refused_by = "operation";
  co_return answer_filter_.finish(std::move(answer), *route, call.exchange);
}

http::Response DataPlane::refuse(http::Exchange& exchange, const Error& error) {
  exchange.surface = "data-plane";
  return answer_filter_.refuse(error, exchange);
}

}  // namespace dynsessions::surfaces::data_plane
