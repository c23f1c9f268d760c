#pragma once

#include <string>

namespace dynsessions::config {

/// OPTIONS.md, as `dynsessions options` prints it: every option of the table by its group, with its
/// values, its default and the open question of the contract that it answers.
[[nodiscard]] std::string options_page();

}  // namespace dynsessions::config
