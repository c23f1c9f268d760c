#include "emulator/surfaces/data_plane/answer_filter.h"

#include <utility>

#include "emulator/cures/cures.h"
#include "emulator/http/text.h"
#include "emulator/surfaces/data_plane/wire_text.h"
#include "emulator/surfaces/error_response.h"

namespace dynsessions::surfaces::data_plane {
namespace asio = boost::asio;

namespace {

constexpr unsigned kAccepted = 202;

/// Texts and streams are JSON unless the operation has set another type.
bool is_json(const http::Response& response) {
  if (response.headers.find("content-type")) return false;
  const auto* text = std::get_if<std::string>(&response.body);
  return text != nullptr ? !text->empty() : std::holds_alternative<http::StreamBody>(response.body);
}

/// JSON answers of the service are chunked and negotiate their encoding; the 202 answers of
/// 2024-10-02-preview are chunked but do not (CONTRACT.md section 1.6).
void format_json(http::Response& response) {
  if (!is_json(response)) return;
  response.headers.add("content-type", "application/json; charset=utf-8");
  if (response.status != kAccepted) response.headers.add("vary", "Accept-Encoding");
  response.framing = http::Framing::chunked;
}

}  // namespace

AnswerFilter::AnswerFilter(AnswerFilterSettings settings, const pools::PoolCatalog& pools)
    : settings_(std::move(settings)), pools_(pools) {}

asio::awaitable<http::Answer> AnswerFilter::handle(http::Call& call, http::Next next) {
  http::Answer answer = co_await next(call);
  if (!answer) co_return refuse(answer.error(), call.exchange);
  add_common_headers(*answer, call.exchange);
  co_return answer;
}

http::Response AnswerFilter::finish(http::Answer answer, const Route& route,
                                    http::Exchange& exchange) const {
  http::Response response;
  if (answer) {
    response = *std::move(answer);
    format_json(response);
    add_reason(response, exchange);
    if (settings_.own_headers && !exchange.warning.empty()) {
      response.headers.add("x-emulator-warning", http::as_header_value(exchange.warning));
    }
  } else {
    response = refusal(answer.error(), exchange);
  }
  add_version_headers(response, route);
  return response;
}

http::Response AnswerFilter::refuse(const Error& error, http::Exchange& exchange) const {
  http::Response response = refusal(error, exchange);
  add_common_headers(response, exchange);
  return response;
}

http::Response AnswerFilter::refusal(const Error& error, http::Exchange& exchange) const {
  exchange.refusal = error;
  exchange.reason = reason_of(error);
  http::Response response =
      error_response(error, exchange.correlation_id, settings_.contract_options);
  add_reason(response, exchange);
  return response;
}

void AnswerFilter::add_reason(http::Response& response, const http::Exchange& exchange) const {
  const std::string& text = exchange.reason.empty() ? exchange.advice : exchange.reason;
  if (!settings_.own_headers || text.empty()) return;
  response.headers.add("x-emulator-reason", http::as_header_value(text));
}

void AnswerFilter::add_version_headers(http::Response& response, const Route& route) const {
  const ApiVersion& version = *route.version;
  if (!version.supported.empty()) {
    response.headers.add("api-supported-versions", std::string(version.supported));
  }
  if (route.version_is_guessed && settings_.own_headers) {
    response.headers.add("x-emulator-warning",
                         "unknown api-version; answered as " + std::string(version.name));
  }
}

void AnswerFilter::add_common_headers(http::Response& response,
                                      const http::Exchange& exchange) const {
  response.headers.add("date", http_date(pools_.clock_of(pool_named_in(exchange)).now()));
  response.headers.add("server", "Microsoft-IIS/10.0");
  response.headers.add("x-powered-by", "ASP.NET");
  response.headers.add("mise-correlation-id", exchange.correlation_id);
  if (!settings_.own_headers) return;
  if (!settings_.warning.empty()) response.headers.add("x-emulator-warning", settings_.warning);
  if (!exchange.traceparent.empty()) response.headers.add("traceparent", exchange.traceparent);
}

}  // namespace dynsessions::surfaces::data_plane
