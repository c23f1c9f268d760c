#include <utility>

#include <nlohmann/json.hpp>

#include "emulator/surfaces/admin/answers.h"
#include "emulator/surfaces/admin/operation.h"

namespace dynsessions::surfaces::admin {
namespace asio = boost::asio;

namespace {

http::Response script_answer(const AdminCall& call) {
  return json_answer(test_double::to_json(call.services.scripts.script(call.pool)));
}

Error no_recording() {
  return {ErrorCode::recording_not_found, "Nothing is being recorded here.", "recording",
          "POST …/script/recording begins a recording"};
}

}  // namespace

asio::awaitable<http::Answer> get_script(AdminCall& call) { co_return script_answer(call); }

asio::awaitable<http::Answer> put_script(AdminCall& call) {
  const auto body = co_await read_object(call.http);
  if (!body) co_return body.error();
  auto script = test_double::parse_script(body->members);
  if (!script) co_return script.error();
  if (const auto exists = require_pool(call); !exists) co_return exists.error();
  call.services.scripts.replace(call.pool, *std::move(script));
  co_return script_answer(call);
}

/// Removes only the script; a recording continues.
asio::awaitable<http::Answer> delete_script(AdminCall& call) {
  call.services.scripts.replace(call.pool, {});
  co_return no_content();
}

asio::awaitable<http::Answer> start_recording(AdminCall& call) {
  if (const auto exists = require_pool(call); !exists) co_return exists.error();
  call.services.scripts.start_recording(call.pool);
  co_return json_answer(call.services.scripts.recording(call.pool)->script(), 201);
}

asio::awaitable<http::Answer> get_recording(AdminCall& call) {
  const test_double::Recording* const recording = call.services.scripts.recording(call.pool);
  if (recording == nullptr) co_return no_recording();
  co_return json_answer(recording->script());
}

asio::awaitable<http::Answer> stop_recording(AdminCall& call) {
  if (!call.services.scripts.stop_recording(call.pool)) co_return no_recording();
  co_return no_content();
}

}  // namespace dynsessions::surfaces::admin
