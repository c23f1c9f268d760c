#pragma once

#include <cstddef>
#include <string>
#include <vector>

/// Tables of plain text.
namespace dynsessions {

using Cells = std::vector<std::string>;

/// Returns the width of each column, which is the width of its widest cell in bytes. Lines can have
/// fewer cells than others.
[[nodiscard]] std::vector<std::size_t> widths_of(const std::vector<Cells>& lines);

/// Pads each cell to the width of its column and joins them with two spaces; no spaces at the end
/// of the line.
[[nodiscard]] std::string line_of(const Cells& cells, const std::vector<std::size_t>& widths);

}  // namespace dynsessions
