#pragma once

#include <optional>
#include <string_view>

namespace dynsessions::http {

/// Returns the value of a `traceparent` header (W3C Trace Context, 3.2.2) without spaces around it.
/// Empty if there is no such header, or if the value is invalid: another form, upper case, ids of
/// zeros, or version `ff`. Later versions can have more fields; up to 128 bytes are kept.
[[nodiscard]] std::string_view valid_traceparent(std::optional<std::string_view> header);

}  // namespace dynsessions::http
