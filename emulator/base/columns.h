#pragma once

#include <cstddef>
#include <string>
#include <vector>

/// Tables of plain text.
namespace dynsessions {

using Cells = std::vector<std::string>;

/// The width of each column: that of its widest cell, in bytes. Lines may have fewer cells than
/// others.
[[nodiscard]] std::vector<std::size_t> widths_of(const std::vector<Cells>& lines);

/// The cells, each as wide as its column, two spaces between them, none at the end of the line.
[[nodiscard]] std::string line_of(const Cells& cells, const std::vector<std::size_t>& widths);

}  // namespace dynsessions
