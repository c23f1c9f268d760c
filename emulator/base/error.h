#pragma once

#include <string>
#include <string_view>

namespace dynsessions {

/// The kind of a failure, independent of HTTP. Only surfaces map it to an answer:
/// `error_response.cpp` the service's status and code, `identity/answers.cpp` those of OAuth 2.
enum class ErrorCode {
  invalid_request,          ///< a parameter or the body breaks a rule; `target` names the field
  execution_body_missing,   ///< the execute body has no usable code
  operation_not_supported,  ///< the operation is known, but not at this api-version or pool
  unauthenticated,          ///< no usable bearer token
  permission_denied,        ///< a good token, but its principal lacks the role
  host_not_allowed,         ///< Host names another server
  origin_not_allowed,       ///< a web page of another origin sent the request
  route_not_found,          ///< wrong path, or wrong method for a path
  session_not_found,
  execution_not_found,
  execution_exists,  ///< the operation id is taken
  file_not_found,
  file_to_download_not_found,
  file_to_delete_not_found,
  not_a_regular_file,    ///< the name is a directory, a link, a pipe or a device
  payload_too_large,     ///< the body is over the limit of its route
  storage_full,          ///< the session's `/mnt/data` quota is used up
  pool_exhausted,        ///< the pool has its maximum of concurrent sessions
  sandbox_unavailable,   ///< a session's sandbox could not be made; the message names the step
  program_not_scripted,  ///< no rule of a strict script answers the program
  pool_not_found,
  fault_not_found,
  recording_not_found,
  conflict,  ///< the request contradicts the state of the emulator
  shutting_down,
  internal,
};

/// A refusal of a request. Failures of the user's program are not errors but fields of
/// ExecutionResult; bugs of the emulator are exceptions.
struct Error {
  ErrorCode code{ErrorCode::internal};
  std::string message;  ///< text for the client: names the field and accepted values; no host paths
  std::string target;   ///< the offending parameter, or empty
  std::string reason;   ///< the rule and the likely cure, for `x-emulator-reason`, or empty
  /// The step of setting up a sandbox that failed, or empty; cures.h has the cure for each step.
  std::string step = {};
};

/// The step in errors about a lack of file descriptors.
inline constexpr std::string_view kOpenFiles = "open files";

}  // namespace dynsessions
