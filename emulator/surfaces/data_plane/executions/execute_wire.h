#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "emulator/base/result.h"
#include "emulator/execution/execution.h"
#include "emulator/surfaces/data_plane/api_version.h"
#include "emulator/surfaces/data_plane/executions/answer_parts.h"
#include "emulator/surfaces/data_plane/routes.h"

namespace dynsessions::surfaces::data_plane::executions {

/// Upper limit of every call's timeout (CONTRACT.md section 6; section 8 row 7).
inline constexpr std::chrono::seconds kExecutionCeiling{220};

/// The body of an execute request in any dialect.
struct ExecuteCall {
  execution::ExecutionRequest request;
  std::optional<std::string> identifier;  ///< read from a wrapped body, if the query has none
  std::string execution_type;             ///< as the caller spelt it: it is echoed
  bool asynchronous = false;
};

/// Parses the body of a request. Returns `execution_body_missing` if the body has no usable code
/// where its dialect expects it; `invalid_request` for a body that is not JSON, is nested too deep,
/// or has a wrong member.
[[nodiscard]] Result<ExecuteCall> parse_execute_call(const Route& route, std::string_view body);

/// Members that identify an execution in the flat dialect; the other dialects do not show them.
struct ExecutionLabels {
  std::string id;
  std::string identifier;
  std::string execution_type;  ///< written in the caller's casing
};

/// Makes the body of an answer. Without a result the execution waits or runs, which only the flat
/// dialect can express.
[[nodiscard]] AnswerParts to_json(const Route& route, const ExecutionLabels& labels,
                                  const execution::ExecutionRequest& request,
                                  const execution::ExecutionResult* result);

}  // namespace dynsessions::surfaces::data_plane::executions
