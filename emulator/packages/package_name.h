#pragma once

#include <string>
#include <string_view>

namespace dynsessions::packages {

/// Lower case, with one dash for each run of dashes, dots and underlines: names that differ
/// otherwise are one package (PyPA's specification of name normalization).
[[nodiscard]] std::string normalized_name(std::string_view name);

/// The name at the beginning of a requirement, such as `pandas` of `pandas[excel]>=2`; empty if the
/// text does not begin with one.
[[nodiscard]] std::string_view leading_name(std::string_view requirement);

}  // namespace dynsessions::packages
