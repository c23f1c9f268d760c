#include "emulator/surfaces/admin/admin_api.h"

#include <algorithm>
#include <utility>

#include "emulator/base/identifiers.h"
#include "emulator/surfaces/error_response.h"
#include "emulator/surfaces/json_writer.h"

namespace dynsessions::surfaces::admin {
namespace asio = boost::asio;

namespace {

http::Response json_response(unsigned status, std::string body) {
  http::Response response;
  response.status = status;
  response.headers.add("content-type", "application/json; charset=utf-8");
  response.headers.add("cache-control", "no-store");
  response.body = std::move(body);
  return response;
}

std::string joined(const std::vector<std::string>& segments) {
  std::string path;
  for (const std::string& segment : segments) path += '/' + segment;
  return path;
}

}  // namespace

AdminApi::AdminApi(std::string version, Health health, RequestGuard guard)
    : version_(std::move(version)), health_(std::move(health)), guard_(std::move(guard)) {}

asio::awaitable<http::Response> AdminApi::handle(http::Request request, http::BodyReader&) {
  co_return answer(request);
}

http::Response AdminApi::answer(const http::Request& request) {
  if (const Result<void> guarded = guard_.check(request.headers); !guarded) {
    return refuse(guarded.error());
  }
  const std::string path = joined(request.target.segments);
  if (request.method != http::Method::get && request.method != http::Method::head) {
    return refuse({ErrorCode::route_not_found, "Only GET is supported here.", "method", {}});
  }
  JsonWriter json(ObjectIds::absent);
  if (path == "/health/live") {
    return json_response(200, json.begin_object().member("status", "live").end_object().take());
  }
  if (path == "/health/ready") return readiness();
  if (path == "/version") {
    json.begin_object().member("name", "dynsessions").member("version", version_).end_object();
    return json_response(200, json.take());
  }
  return refuse({ErrorCode::route_not_found,
                 "There are /health/live, /health/ready and /version here.",
                 "path",
                 {}});
}

http::Response AdminApi::readiness() const {
  const std::vector<Component> components = health_();
  const bool ready = std::all_of(components.begin(), components.end(),
                                 [](const Component& component) { return component.ready; });
  JsonWriter json(ObjectIds::absent);
  json.begin_object().member("status", ready ? "ready" : "not ready");
  json.key("components").begin_array();
  for (const Component& component : components) {
    json.begin_object().member("name", component.name);
    json.key("ready").raw(component.ready ? "true" : "false");
    json.member("detail", component.detail).end_object();
  }
  json.end_array().end_object();
  return json_response(ready ? 200 : 503, json.take());
}

http::Response AdminApi::refuse(const Error& error) {
  http::Response response = error_response(error, random_uuid());
  if (!error.reason.empty()) response.headers.add("x-emulator-reason", error.reason);
  return response;
}

}  // namespace dynsessions::surfaces::admin
