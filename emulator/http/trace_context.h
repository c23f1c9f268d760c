#pragma once

#include <optional>
#include <string_view>

namespace dynsessions::http {

/// The value of a `traceparent` header (W3C Trace Context, 3.2.2) without the blanks around
/// it; empty if there is none or it must be ignored: another form, upper case, ids of zeros, the
/// version `ff`. A later version can go on after its flags, and is kept whole up to 128 bytes.
[[nodiscard]] std::string_view valid_traceparent(std::optional<std::string_view> header);

}  // namespace dynsessions::http
