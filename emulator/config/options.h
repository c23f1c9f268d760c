#pragma once

#include <span>
#include <string>
#include <string_view>

#include "emulator/config/config.h"

namespace dynsessions::config {

/// One row of the table of options.
struct Option {
  std::string_view key;         ///< "max-sessions": flag `--max-sessions`, config key the same
  std::string_view group;       ///< heading in the help
  std::string_view value_name;  ///< what follows the flag; empty for a switch
  std::string_view help;
  /// Throws ConfigError with what is accepted; the caller says where the text came from.
  void (*assign)(Config& config, std::string_view text);
  std::string (*show)(const Config& config);
  bool repeatable = false;  ///< a flag that may be given again; several values join with commas

  [[nodiscard]] bool is_switch() const { return value_name.empty(); }
  /// "DYNSESSIONS_MAX_SESSIONS"
  [[nodiscard]] std::string environment_name() const;
};

[[nodiscard]] std::span<const Option> all_options();

}  // namespace dynsessions::config
