#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "emulator/api/api_version.h"
#include "emulator/api/routes.h"
#include "emulator/core/result.h"
#include "emulator/execution/execution.h"

namespace dynsessions::api::code_interpreter {

/// The longest that a call may run, whatever it asks for (CONTRACT.md section 6; section 8 row 7).
inline constexpr std::chrono::seconds kExecutionCeiling{220};

/// The body of an execute request, of whichever dialect.
struct ExecuteCall {
  execution::ExecutionRequest request;
  std::optional<std::string> identifier;         ///< of the body; only the python dialect has one
  std::string execution_type;                    ///< as the caller spelt it: it is echoed
  std::optional<std::size_t> stream_characters;  ///< stdout and stderr are cut after these
};

/// Wire to domain. `execution_body_missing` when there is no usable code where the dialect has it;
/// `invalid_request` for a body that is not JSON, is nested too deep, or has a wrong member.
[[nodiscard]] Result<ExecuteCall> parse_execute_call(const Route& route, std::string_view body);

/// Domain to wire. `identifier` and a new `execution_id` appear in the flat dialect only.
[[nodiscard]] std::string to_json(const Route& route, const ExecuteCall& call,
                                  const execution::ExecutionResult& result,
                                  const std::string& identifier, const std::string& execution_id);

}  // namespace dynsessions::api::code_interpreter
