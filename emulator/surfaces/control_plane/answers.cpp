#include "emulator/surfaces/control_plane/answers.h"

#include <utility>

#include "emulator/base/json_text.h"
#include "emulator/base/shallow_json.h"
#include "emulator/http/text.h"

namespace dynsessions::surfaces::control_plane {
namespace asio = boost::asio;

using Json = nlohmann::ordered_json;

namespace {

constexpr std::size_t kLargestBody = std::size_t{4} << 20;
constexpr unsigned kServerError = 500;

}  // namespace

std::string ArmCall::api_version() const {
  return std::string(http.request.target.query_value("api-version").value_or(""));
}

http::Response json_answer(const Json& json, unsigned status) {
  http::Response response;
  response.status = status;
  response.headers.add("content-type", "application/json; charset=utf-8");
  response.body = dumped(json);
  return response;
}

http::Response empty_answer(unsigned status) {
  http::Response response;
  response.status = status;
  return response;
}

http::Response list_answer(const std::vector<Resource>& resources) {
  Json values = Json::array();
  for (const Resource& resource : resources) values.push_back(resource.json);
  return json_answer({{"value", std::move(values)}});
}

Json error_json(const ArmError& error) {
  Json json{{"code", error.code}, {"message", error.message}};
  if (!error.target.empty()) json["target"] = error.target;
  for (const ArmError& detail : error.details) json["details"].push_back(error_json(detail));
  return json;
}

http::Response refusal(const ArmError& error, http::Exchange& exchange, bool own_headers) {
  const auto code = error.status >= kServerError ? ErrorCode::internal : ErrorCode::invalid_request;
  exchange.refusal = Error{code, error.code + ": " + error.message, error.target, error.reason};
  exchange.reason = error.reason;
  http::Response response = json_answer({{"error", error_json(error)}}, error.status);
  if (own_headers && !error.reason.empty()) {
    response.headers.add("x-emulator-reason", http::as_header_value(error.reason));
  }
  return response;
}

void warn_of_ignored(http::Exchange& exchange, const std::vector<std::string>& members) {
  for (const std::string& member : members) {
    exchange.warning += exchange.warning.empty() ? "accepted and ignored: " : "; ";
    exchange.warning += member;
  }
}

asio::awaitable<ArmResult<ArmBody>> read_body(http::Call& call) {
  const auto text = co_await http::read_all(call.request, *call.body, kLargestBody);
  if (!text) co_return arm_error(text.error());
  ArmBody body{parse_shallow_json(*text)};
  if (body.json.is_discarded()) {
    co_return invalid_content("the body is not JSON: " + why_not_json(*text));
  }
  co_return body;
}

std::string operation_url(const ArmCall& call, const LongRunningOperation& operation,
                          std::string_view kind, const std::string& region) {
  return call.caller.arm + "/subscriptions/" + operation.subscription +
         "/providers/Microsoft.App/locations/" + region + "/" + std::string(kind) + "/" +
         http::percent_encode(operation.id) + "?api-version=" + call.api_version();
}

http::Response accepted(const std::string& location) {
  http::Response response = empty_answer(202);
  response.headers.add("location", location);
  add_retry_after(response);
  return response;
}

void add_versions(http::Response& response) {
  response.headers.add("api-supported-versions", supported_versions());
  response.headers.add("x-powered-by", "ASP.NET");
}

void add_retry_after(http::Response& response) { response.headers.add("retry-after", "1"); }

}  // namespace dynsessions::surfaces::control_plane
