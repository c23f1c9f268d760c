#pragma once

#include <string>
#include <string_view>

#include "emulator/base/error.h"
#include "emulator/contract/contract_options.h"
#include "emulator/http/message.h"

namespace dynsessions::surfaces {

/// An error in the service's envelope, with the given status and code.
[[nodiscard]] http::Response error_envelope(unsigned status, std::string_view code,
                                            std::string_view message, std::string_view target,
                                            const std::string& trace_id);

/// An error in the envelope of Azure Resource Manager: {"error":{"code","message"}}.
[[nodiscard]] http::Response arm_envelope(unsigned status, std::string_view code,
                                          std::string_view message);

/// The service's answer to a refusal: status, `x-ms-error-code` and the envelope
/// {"error":{"code","message","target","traceId"}} (CONTRACT.md section 1.5). The only place that
/// knows the service's statuses of errors. `unauthenticated` is a 401 with
/// the message in its challenge and no body. `trace_id` is the correlation id of the request. The
/// options say which of two statuses some errors have.
[[nodiscard]] http::Response error_response(const Error& error, const std::string& trace_id,
                                            const contract::ContractOptions& options = {});

}  // namespace dynsessions::surfaces
