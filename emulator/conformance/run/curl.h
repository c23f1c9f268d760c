#pragma once

#include <string>

#include "emulator/conformance/run/send.h"

namespace dynsessions::conformance {

/// The request as a line for a shell in which $ENDPOINT and $TOKEN are set; the token itself is not
/// in it. A binary or long body is named instead of shown.
[[nodiscard]] std::string curl_line(const HttpRequest& request, const std::string& token);

}  // namespace dynsessions::conformance
