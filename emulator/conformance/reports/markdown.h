#pragma once

#include <string>

namespace dynsessions::conformance {

/// A text inside a table's cell: no line breaks, no bars.
[[nodiscard]] std::string cell(const std::string& text);

/// As code inside a table's cell, whatever backticks it has itself.
[[nodiscard]] std::string code_cell(const std::string& text);

}  // namespace dynsessions::conformance
