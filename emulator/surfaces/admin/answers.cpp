#include "emulator/surfaces/admin/answers.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "emulator/base/shallow_json.h"
#include "emulator/base/suggestion.h"
#include "emulator/http/text.h"
#include "emulator/surfaces/json_response.h"

namespace dynsessions::surfaces::admin {
namespace asio = boost::asio;

namespace {

constexpr std::size_t kLargestBody = std::size_t{4} << 20;
constexpr unsigned kUnauthorized = 401;

struct Words {
  unsigned status;
  std::string_view code;
};

/// Status and code for the errors that operations of the admin API return; other errors are bugs.
Words words_for(const Error& error) {
  switch (error.code) {
    case ErrorCode::invalid_request:
      return {400, "InvalidRequest"};
    case ErrorCode::unauthenticated:
      return {401, "Unauthorized"};
    case ErrorCode::host_not_allowed:
      return {421, "HostNotAllowed"};
    case ErrorCode::origin_not_allowed:
      return {403, "OriginNotAllowed"};
    case ErrorCode::route_not_found:
      return error.target == "method" ? Words{405, "MethodNotAllowed"} : Words{404, "NotFound"};
    case ErrorCode::session_not_found:
      return {404, "SessionNotFound"};
    case ErrorCode::pool_not_found:
      return {404, "PoolNotFound"};
    case ErrorCode::fault_not_found:
      return {404, "FaultNotFound"};
    case ErrorCode::recording_not_found:
      return {404, "RecordingNotFound"};
    case ErrorCode::pool_exhausted:
      return {429, "TooManyPools"};
    case ErrorCode::payload_too_large:
      return {413, "BodyTooLarge"};
    case ErrorCode::storage_full:
      return {507, "InsufficientStorage"};
    case ErrorCode::operation_not_supported:  // a pool whose container type cannot run here
    case ErrorCode::conflict:
      return {409, "Conflict"};
    case ErrorCode::sandbox_unavailable:
      return {500, "SandboxUnavailable"};
    case ErrorCode::shutting_down:
      return {503, "ShuttingDown"};
    default:
      return {500, "InternalError"};
  }
}

}  // namespace

http::Response refusal(const Error& error) {
  const Words words = words_for(error);
  nlohmann::ordered_json body{{"code", words.code}, {"message", error.message}};
  if (!error.target.empty()) body["field"] = error.target;
  http::Response response = json_answer({{"error", std::move(body)}}, words.status);
  if (words.status == kUnauthorized) response.headers.add("www-authenticate", "Bearer");
  if (!error.reason.empty()) {
    response.headers.add("x-emulator-reason", http::as_header_value(error.reason));
  }
  return response;
}

http::Response json_answer(const nlohmann::ordered_json& json, unsigned status) {
  using Handler = nlohmann::ordered_json::error_handler_t;
  return uncached_json_response(status, json.dump(-1, ' ', false, Handler::replace));
}

http::Response text_answer(std::string text, std::string content_type) {
  http::Response response;
  response.headers.add("content-type", std::move(content_type));
  response.headers.add("cache-control", "no-store");
  response.body = std::move(text);
  return response;
}

http::Response no_content() {
  http::Response response;
  response.status = 204;
  return response;
}

http::Response list_answer(nlohmann::ordered_json values) {
  return json_answer({{"value", std::move(values)}});
}

asio::awaitable<Result<BodyObject>> read_object(http::Call& call) {
  const auto text = co_await http::read_all(call.request, *call.body, kLargestBody);
  if (!text) co_return text.error();
  BodyObject body{text->empty() ? nlohmann::json::object() : parse_shallow_json(*text)};
  if (body.members.is_discarded()) {
    co_return wrong_field("body", "this is not JSON: " + why_not_json(*text));
  }
  if (!body.members.is_object()) co_return wrong_field("body", "expected a JSON object");
  co_return body;
}

Result<void> only_parameters(const http::Call& call,
                             std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : call.request.target.query) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    return wrong_field(name, "there is no such parameter" + did_you_mean(name, known),
                       fmt::format("it can have {}", fmt::join(known, ", ")));
  }
  return {};
}

Error wrong_field(const std::string& field, const std::string& why, std::string reason) {
  return invalid_request(field + ": " + why, field, std::move(reason));
}

}  // namespace dynsessions::surfaces::admin
