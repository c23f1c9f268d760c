#include <algorithm>

#include "emulator/surfaces/admin/answers.h"
#include "emulator/surfaces/admin/document.h"
#include "emulator/surfaces/admin/operation.h"
#include "emulator/surfaces/json_response.h"
#include "emulator/surfaces/json_writer.h"

namespace dynsessions::surfaces::admin {
namespace asio = boost::asio;

namespace {

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

}  // namespace

asio::awaitable<http::Answer> live(AdminCall&) {
  JsonWriter json(ObjectIds::absent);
  co_return uncached_json_response(
      200, json.begin_object().member("status", "live").end_object().take());
}

asio::awaitable<http::Answer> ready(AdminCall& call) {
  const std::vector<Component> components = co_await call.services.health();
  co_return readiness(components);
}

asio::awaitable<http::Answer> server(AdminCall& call) {
  co_return uncached_json_response(200, call.services.server());
}

asio::awaitable<http::Answer> version(AdminCall& call) {
  JsonWriter json(ObjectIds::absent);
  json.begin_object().member("name", "dynsessions").member("version", call.services.version);
  co_return uncached_json_response(200, json.end_object().take());
}

asio::awaitable<http::Answer> openapi(AdminCall&) {
  co_return text_answer(std::string(document()), "application/json; charset=utf-8");
}

asio::awaitable<http::Answer> metrics(AdminCall& call) {
  co_return text_answer(call.services.metrics(), "text/plain; version=0.0.4; charset=utf-8");
}

}  // namespace dynsessions::surfaces::admin
