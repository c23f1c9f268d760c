#pragma once

#include <string>

namespace dynsessions::config {

/// OPTIONS.md, as `dynsessions options` prints it: every option of the table by its group, with its
/// values, its default and the doubt of the contract that it settles.
[[nodiscard]] std::string options_page();

}  // namespace dynsessions::config
