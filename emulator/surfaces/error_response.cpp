#include "emulator/surfaces/error_response.h"

#include "emulator/surfaces/json_writer.h"

namespace dynsessions::surfaces {
namespace {

struct WireError {
  unsigned status;
  std::string_view code;  ///< empty: the answer has no body
};

/// Codes marked observed in CONTRACT.md section 1.5 were seen; the others are guesses, not to be
/// relied on: the contract knows only that 404, 413 and 429 happen.
WireError wire_error(ErrorCode code, const contract::ContractOptions& options) {
  switch (code) {
    case ErrorCode::invalid_request:
      return {400, "SessionRequestValidationFailed"};  // observed
    case ErrorCode::execution_body_missing:
      return {400, "SessionPropertiesMissing"};  // observed
    case ErrorCode::operation_not_supported:
      return {400, "SessionRequestNotSupported"};  // observed
    case ErrorCode::unauthenticated:
      return {401, ""};  // status observed; empty body (section 1.4)
    case ErrorCode::permission_denied:
      return {403, "AuthorizationFailed"};  // status: section 8 row 19; the code is ARM's
    case ErrorCode::host_not_allowed:
      return {421, "HostNotAllowed"};  // this one and the next are the emulator's own
    case ErrorCode::origin_not_allowed:
      return {403, "OriginNotAllowed"};
    case ErrorCode::route_not_found:
      return {400, "SessionRequestValidationFailed"};  // observed: wrong path or method
    case ErrorCode::session_not_found:
      // 400 is observed; clients expect 404 too (section 8 row 21)
      return {options.session_missing == contract::SessionMissing::bad_request ? 400U : 404U,
              "SessionWithIdentifierNotFound"};
    case ErrorCode::execution_not_found:
      return {404, "ExecutionNotFound"};  // status from the service's image (section 8 row 33)
    case ErrorCode::execution_exists:
      return {404, "ExecutionAlreadyExists"};  // status from the service's image (section 8 row 33)
    case ErrorCode::file_not_found:
      return {404, "GetFileError"};  // status: observed
    case ErrorCode::file_to_download_not_found:
      return {404, "DownloadFileError"};  // status: observed
    case ErrorCode::file_to_delete_not_found:
      return {404, "DeleteFileError"};  // documented
    case ErrorCode::not_a_regular_file:
      return {400, "SessionRequestValidationFailed"};
    case ErrorCode::payload_too_large:
      return {413, "RequestEntityTooLarge"};  // status: documented
    case ErrorCode::storage_full:
      return {507, "InsufficientStorage"};
    case ErrorCode::pool_exhausted:
      // 404 is documented, 429 observed: section 8 row 20
      return {options.pool_full == contract::PoolFull::not_found ? 404U : 429U,
              "SessionPoolExhausted"};
    case ErrorCode::sandbox_unavailable:
      return {500, "SessionAllocationFailed"};
    case ErrorCode::program_not_scripted:  // the emulator's own; clients do not retry 501
      return {501, "ProgramNotScripted"};
    case ErrorCode::pool_not_found:  // this one and the next three occur only in the admin API
      return {404, "SessionPoolNotFound"};
    case ErrorCode::fault_not_found:
      return {404, "FaultNotFound"};
    case ErrorCode::recording_not_found:
      return {404, "RecordingNotFound"};
    case ErrorCode::conflict:
      return {409, "Conflict"};
    case ErrorCode::shutting_down:
      return {503, "ServiceUnavailable"};
    case ErrorCode::internal:
      return {500, "InternalServerError"};
  }
  return {500, "InternalServerError"};
}

/// RFC 6750 section 3, in the form of ASP.NET Core's bearer handler; the service's text was not
/// recorded.
std::string challenge(const Error& error) {
  return R"(Bearer error="invalid_token", error_description=")" + error.message + '"';
}

}  // namespace

http::Response error_envelope(unsigned status, std::string_view code, std::string_view message,
                              std::string_view target, const std::string& trace_id) {
  http::Response response;
  response.status = status;
  response.headers.add("x-ms-error-code", std::string(code));
  response.headers.add("content-type", "application/json; charset=utf-8");
  response.framing = http::Framing::chunked;
  JsonWriter json(ObjectIds::absent);
  json.begin_object().key("error").begin_object();
  json.member("code", code).member("message", message);
  if (!target.empty()) json.member("target", target);
  json.member("traceId", trace_id);
  json.end_object().end_object();
  response.body = json.take();
  return response;
}

http::Response arm_envelope(unsigned status, std::string_view code, std::string_view message) {
  http::Response response;
  response.status = status;
  response.headers.add("content-type", "application/json; charset=utf-8");
  JsonWriter json(ObjectIds::absent);
  json.begin_object().key("error").begin_object();
  json.member("code", code).member("message", message);
  json.end_object().end_object();
  response.body = json.take();
  return response;
}

http::Response error_response(const Error& error, const std::string& trace_id,
                              const contract::ContractOptions& options) {
  const WireError wire = wire_error(error.code, options);
  if (!wire.code.empty()) {
    return error_envelope(wire.status, wire.code, error.message, error.target, trace_id);
  }
  http::Response response;
  response.status = wire.status;
  response.headers.add("www-authenticate", challenge(error));
  return response;
}

}  // namespace dynsessions::surfaces
