#include "emulator/surfaces/error_response.h"

#include <string>
#include <variant>
#include <vector>

#include "tests/support/catch.h"

namespace dynsessions::surfaces {
namespace {

struct ErrorRow {
  ErrorCode code;
  unsigned status;
  std::string wire_code;  ///< empty if there is no body
};

const std::vector<ErrorRow>& rows() {
  static const std::vector<ErrorRow> kRows{
      {ErrorCode::invalid_request, 400, "SessionRequestValidationFailed"},
      {ErrorCode::execution_body_missing, 400, "SessionPropertiesMissing"},
      {ErrorCode::operation_not_supported, 400, "SessionRequestNotSupported"},
      {ErrorCode::unauthenticated, 401, ""},
      {ErrorCode::permission_denied, 403, "AuthorizationFailed"},
      {ErrorCode::host_not_allowed, 421, "HostNotAllowed"},
      {ErrorCode::origin_not_allowed, 403, "OriginNotAllowed"},
      {ErrorCode::route_not_found, 400, "SessionRequestValidationFailed"},
      {ErrorCode::session_not_found, 400, "SessionWithIdentifierNotFound"},
      {ErrorCode::execution_not_found, 404, "ExecutionNotFound"},
      {ErrorCode::execution_exists, 404, "ExecutionAlreadyExists"},
      {ErrorCode::file_not_found, 404, "GetFileError"},
      {ErrorCode::file_to_download_not_found, 404, "DownloadFileError"},
      {ErrorCode::file_to_delete_not_found, 404, "DeleteFileError"},
      {ErrorCode::not_a_regular_file, 400, "SessionRequestValidationFailed"},
      {ErrorCode::payload_too_large, 413, "RequestEntityTooLarge"},
      {ErrorCode::storage_full, 507, "InsufficientStorage"},
      {ErrorCode::pool_exhausted, 404, "SessionPoolExhausted"},
      {ErrorCode::sandbox_unavailable, 500, "SessionAllocationFailed"},
      {ErrorCode::program_not_scripted, 501, "ProgramNotScripted"},
      {ErrorCode::pool_not_found, 404, "SessionPoolNotFound"},
      {ErrorCode::fault_not_found, 404, "FaultNotFound"},
      {ErrorCode::recording_not_found, 404, "RecordingNotFound"},
      {ErrorCode::conflict, 409, "Conflict"},
      {ErrorCode::shutting_down, 503, "ServiceUnavailable"},
      {ErrorCode::internal, 500, "InternalServerError"},
  };
  return kRows;
}

std::string envelope(const std::string& members) { return R"({"error":{)" + members + "}}"; }

TEST_CASE("every error code is in the table of these tests", "[api][error_response]") {
  REQUIRE(rows().size() == static_cast<std::size_t>(ErrorCode::internal) + 1);
  for (std::size_t i = 0; i < rows().size(); ++i) {
    CHECK(rows()[i].code == static_cast<ErrorCode>(i));
  }
}

TEST_CASE("a refusal is an envelope with its status and code", "[api][error_response]") {
  for (const ErrorRow& row : rows()) {
    if (row.wire_code.empty()) continue;
    DYNAMIC_SECTION(row.status << " " << row.wire_code << " of error "
                               << static_cast<int>(row.code)) {
      const http::Response response =
          error_response({row.code, "A message.", "a-target", "never on the wire"}, "the-trace");
      CHECK(response.status == row.status);
      CHECK(response.headers.find("x-ms-error-code") == row.wire_code);
      CHECK(response.headers.find("content-type") == "application/json; charset=utf-8");
      CHECK(response.framing == http::Framing::chunked);
      CHECK(std::get<std::string>(response.body) ==
            envelope(R"("code":")" + row.wire_code +
                     R"(","message":"A message.","target":"a-target","traceId":"the-trace")"));
    }
  }
}

TEST_CASE("two refusals have the status that is chosen", "[api][error_response]") {
  contract::ContractOptions options;
  options.pool_full = contract::PoolFull::too_many_requests;
  options.session_missing = contract::SessionMissing::not_found;
  for (const ErrorRow& row : rows()) {
    unsigned expected = row.status;
    if (row.code == ErrorCode::pool_exhausted) expected = 429;
    if (row.code == ErrorCode::session_not_found) expected = 404;
    const http::Response response = error_response({row.code, "m", {}, {}}, "t", options);
    CHECK(response.status == expected);
    CHECK(response.headers.find("x-ms-error-code").value_or("") == row.wire_code);
  }
}

TEST_CASE("a refusal without a target has no such member", "[api][error_response]") {
  const http::Response response = error_response({ErrorCode::internal, "say \"no\"", {}, {}}, "t");
  CHECK(std::get<std::string>(response.body) ==
        envelope(R"("code":"InternalServerError","message":"say \"no\"","traceId":"t")"));
}

TEST_CASE("a token problem is a 401 with a challenge and nothing else", "[api][error_response]") {
  const http::Response response = error_response(
      {ErrorCode::unauthenticated, "The request has no bearer token.", {}, "r"}, "t");
  CHECK(response.status == 401);
  CHECK(std::get<std::string>(response.body).empty());
  CHECK(response.headers.find("www-authenticate") ==
        R"(Bearer error="invalid_token", error_description="The request has no bearer token.")");
  CHECK_FALSE(response.headers.find("content-type"));
  CHECK_FALSE(response.headers.find("x-ms-error-code"));
}

}  // namespace
}  // namespace dynsessions::surfaces
