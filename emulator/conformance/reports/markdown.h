#pragma once

#include <string>

namespace dynsessions::conformance {

/// Makes a text safe for a cell of a table: no line breaks, no bars.
[[nodiscard]] std::string cell(const std::string& text);

/// Formats a text as code in a cell of a table, even if it contains backticks.
[[nodiscard]] std::string code_cell(const std::string& text);

}  // namespace dynsessions::conformance
