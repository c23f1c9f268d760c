#include "emulator/surfaces/admin/admin_api.h"

#include <algorithm>
#include <array>
#include <utility>

#include "emulator/http/router.h"
#include "emulator/surfaces/error_response.h"
#include "emulator/surfaces/json_response.h"
#include "emulator/surfaces/json_writer.h"
#include "emulator/surfaces/no_route.h"

namespace dynsessions::surfaces::admin {
namespace asio = boost::asio;

namespace {

using Operation = asio::awaitable<http::Answer> (*)(const Services&);

struct Row {
  http::Method method;
  std::string_view pattern;
  std::string_view name;
  Operation operation;
};

asio::awaitable<http::Answer> live(const Services&) {
  JsonWriter json(ObjectIds::absent);
  co_return uncached_json_response(
      200, json.begin_object().member("status", "live").end_object().take());
}

http::Response readiness(const std::vector<Component>& components) {
  const bool all_ready = std::all_of(components.begin(), components.end(),
                                     [](const Component& component) { return component.ready; });
  JsonWriter json(ObjectIds::absent);
  json.begin_object().member("status", all_ready ? "ready" : "not ready");
  json.key("components").begin_array();
  for (const Component& component : components) {
    json.begin_object().member("name", component.name);
    json.key("ready").raw(component.ready ? "true" : "false");
    json.member("detail", component.detail).end_object();
  }
  json.end_array().end_object();
  return uncached_json_response(all_ready ? 200 : 503, json.take());
}

asio::awaitable<http::Answer> ready(const Services& services) {
  const std::vector<Component> components = co_await services.health();
  co_return readiness(components);
}

asio::awaitable<http::Answer> server(const Services& services) {
  co_return uncached_json_response(200, services.server());
}

asio::awaitable<http::Answer> version(const Services& services) {
  JsonWriter json(ObjectIds::absent);
  json.begin_object().member("name", "dynsessions").member("version", services.version);
  co_return uncached_json_response(200, json.end_object().take());
}

constexpr std::array kRows{
    Row{http::Method::get, "/health/live", "live", live},
    Row{http::Method::get, "/health/ready", "ready", ready},
    Row{http::Method::get, "/server", "server", server},
    Row{http::Method::get, "/version", "version", version},
};

const http::Router<Row>& router() {
  static const http::Router<Row> kRouter(kRows, http::HeadRequests::like_get);
  return kRouter;
}

}  // namespace

AdminApi::AdminApi(Services services, RequestGuard guard)
    : services_(std::move(services)), guard_(std::move(guard)), filters_{&guard_} {}

asio::awaitable<http::Response> AdminApi::handle(http::Exchange& exchange, http::Request request,
                                                 http::BodyReader& body) {
  exchange.surface = "admin";
  http::Call call{exchange, std::move(request), &body};
  const auto found = router().find(call.request.method, call.request.target.segments);
  if (found) exchange.operation = found->row.name;
  const http::Endpoint endpoint = [this,
                                   &found](http::Call& routed) -> asio::awaitable<http::Answer> {
    if (found) co_return co_await found->row.operation(services_);
    const http::Request& unknown = routed.request;
    routed.exchange.refused_by = "router";
    co_return no_route(unknown, router().explain(unknown.method, unknown.target.segments),
                       "This path is not an operation of the admin API.",
                       "there are /health/live, /health/ready, /server and /version");
  };
  http::Answer answer = co_await http::Next(filters_, endpoint)(call);
  if (!answer) co_return refuse(exchange, answer.error());
  co_return *std::move(answer);
}

http::Response AdminApi::refuse(http::Exchange& exchange, const Error& error) {
  exchange.surface = "admin";
  exchange.refusal = error;
  exchange.reason = error.reason;
  http::Response response = error_response(error, exchange.correlation_id);
  if (!error.reason.empty()) response.headers.add("x-emulator-reason", error.reason);
  return response;
}

}  // namespace dynsessions::surfaces::admin
