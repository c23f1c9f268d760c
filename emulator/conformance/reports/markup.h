#pragma once

#include <string>

namespace dynsessions::conformance {

/// A text as the content or an attribute of XML or HTML. XML 1.0 has no way to write most control
/// characters: they are shown as their code.
[[nodiscard]] std::string escaped(const std::string& text);

}  // namespace dynsessions::conformance
