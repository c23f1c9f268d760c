#pragma once

#include <string>

namespace dynsessions::config {

/// The text of `--help`: examples first, then every option of the table by its group, each with its
/// environment variable and its default. At most 100 columns wide.
[[nodiscard]] std::string help_text();

}  // namespace dynsessions::config
