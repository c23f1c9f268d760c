#pragma once

#include <span>
#include <string>
#include <string_view>

#include "emulator/base/value_kind.h"
#include "emulator/config/config.h"

namespace dynsessions::config {

/// One row of the table of options.
struct Option {
  std::string_view key;         ///< "max-sessions": flag `--max-sessions`, config key the same
  std::string_view group;       ///< heading in the help
  std::string_view value_name;  ///< what follows the flag; empty for a switch
  std::string_view help;
  ValueKind<Config> value;
  /// The question that it answers: "row 3" of CONTRACT.md section 8.
  std::string_view question = {};

  /// Throws ConfigError with what is accepted; the caller says where the text came from.
  void assign(Config& config, std::string_view text) const;
  [[nodiscard]] std::string show(const Config& config) const { return value.show(config); }
  [[nodiscard]] std::string accepted() const { return value.accepted(); }
  [[nodiscard]] bool is_switch() const { return value_name.empty(); }
  /// "DYNSESSIONS_MAX_SESSIONS"
  [[nodiscard]] std::string environment_name() const;
};

[[nodiscard]] std::span<const Option> all_options();

}  // namespace dynsessions::config
