#include "emulator/surfaces/data_plane/data_plane.h"

#include <chrono>
#include <utility>

#include <spdlog/spdlog.h>

#include "emulator/cures/cures.h"
#include "emulator/surfaces/data_plane/executions/execute_handler.h"
#include "emulator/surfaces/data_plane/files/file_handlers.h"
#include "emulator/surfaces/data_plane/metadata/metadata_handler.h"
#include "emulator/surfaces/data_plane/sessions/session_handlers.h"
#include "emulator/surfaces/data_plane/wire_text.h"
#include "emulator/surfaces/error_response.h"

namespace dynsessions::surfaces::data_plane {
namespace asio = boost::asio;

namespace {

constexpr unsigned kAccepted = 202;

/// JSON answers of the service are chunked and negotiate their encoding; the 202 answers of
/// 2024-10-02-preview are chunked but do not (CONTRACT.md section 1.6).
void dress_json(http::Response& response) {
  const auto* text = std::get_if<std::string>(&response.body);
  if (text == nullptr || text->empty() || response.headers.find("content-type")) return;
  response.headers.add("content-type", "application/json; charset=utf-8");
  if (response.status != kAccepted) response.headers.add("vary", "Accept-Encoding");
  response.framing = http::Framing::chunked;
}

void log_answer(std::string_view operation, const http::Response& response,
                std::chrono::steady_clock::time_point start) {
  const auto duration = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - start);
  spdlog::info("{} {} in {} ms", operation, response.status, duration.count());
}

}  // namespace

DataPlane::DataPlane(Services services, DataPlaneSettings settings)
    : services_(services),
      settings_(std::move(settings)),
      versions_(settings_.choices),
      guard_(settings_.allowed_hosts) {
  services_.own_headers = settings_.own_headers;
}

asio::awaitable<http::Response> DataPlane::handle(http::Request request, http::BodyReader& body) {
  const auto start = std::chrono::steady_clock::now();
  const std::string correlation_id = random_uuid();
  http::Response response;

  auto guarded = guard_.check(request.headers);
  auto token = auth::check_token(settings_.token_policy, request.headers.find("authorization"),
                                 std::chrono::floor<std::chrono::seconds>(services_.clock.now()));
  auto route = match_route(request, settings_.default_pool, versions_);
  if (!guarded) {
    response = refusal(guarded.error(), correlation_id);
  } else if (!token) {
    response = refusal(token.error(), correlation_id);
  } else if (!route) {
    response = refusal(route.error(), correlation_id);
  } else {
    auto answer = co_await dispatch(*route, std::move(request), body);
    if (answer) {
      response = std::move(*answer);
      dress_json(response);
    } else {
      response = refusal(answer.error(), correlation_id);
    }
    add_version_headers(response, *route->version, route->version_is_guessed);
  }
  add_common_headers(response, correlation_id);
  log_answer(route ? name_of(route->operation) : "no operation", response, start);
  co_return response;
}

asio::awaitable<Result<http::Response>> DataPlane::dispatch(Route route, http::Request request,
                                                            http::BodyReader& body) {
  switch (route.operation) {
    case Operation::execute:
      return executions::execute(services_, std::move(route), std::move(request), body);
    case Operation::get_execution:
      return executions::get_execution(services_, std::move(route), std::move(request));
    case Operation::upload_file:
      return files::upload(services_, std::move(route), std::move(request), body);
    case Operation::list_files:
    case Operation::get_file:
    case Operation::get_file_content:
    case Operation::delete_file:
      break;
    case Operation::get_session:
    case Operation::delete_session:
    case Operation::list_sessions:
      return sessions::handle(services_, std::move(route), std::move(request));
    case Operation::get_metadata:
      return metadata::handle(services_, route);
  }
  return files::handle(services_, std::move(route), std::move(request));
}

http::Response DataPlane::refuse(const Error& error) {
  const std::string correlation_id = random_uuid();
  http::Response response = refusal(error, correlation_id);
  add_common_headers(response, correlation_id);
  return response;
}

http::Response DataPlane::refusal(const Error& error, const std::string& correlation_id) const {
  http::Response response = error_response(error, correlation_id, settings_.choices);
  const std::string reason = reason_of(error);
  if (settings_.own_headers && !reason.empty()) {
    response.headers.add("x-emulator-reason", reason);
  }
  return response;
}

void DataPlane::add_version_headers(http::Response& response, const ApiVersion& version,
                                    bool is_guessed) const {
  if (!version.supported.empty()) {
    response.headers.add("api-supported-versions", std::string(version.supported));
  }
  if (is_guessed && settings_.own_headers) {
    response.headers.add("x-emulator-warning",
                         "unknown api-version; answered as " + std::string(version.name));
  }
}

void DataPlane::add_common_headers(http::Response& response,
                                   const std::string& correlation_id) const {
  response.headers.add("date", http_date(services_.clock.now()));
  response.headers.add("server", "Microsoft-IIS/10.0");
  response.headers.add("x-powered-by", "ASP.NET");
  response.headers.add("mise-correlation-id", correlation_id);
  if (settings_.own_headers && !settings_.warning.empty()) {
    response.headers.add("x-emulator-warning", settings_.warning);
  }
}

}  // namespace dynsessions::surfaces::data_plane
