#pragma once

#include <string>

namespace dynsessions::conformance {

/// Escapes a text for the content or an attribute of XML or HTML. XML 1.0 cannot represent most
/// control characters; their codes are shown instead.
[[nodiscard]] std::string escaped(const std::string& text);

}  // namespace dynsessions::conformance
