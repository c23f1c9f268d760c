#pragma once

#include <span>
#include <string>
#include <string_view>

#include "emulator/config/config.h"

namespace dynsessions::config {

/// How one kind of value is read and shown; option_values.h has the kinds.
struct ValueKind {
  /// False when the text is none of what is accepted; the config is as it was then.
  bool (*assign)(Config& config, std::string_view text);
  std::string (*show)(const Config& config);
  /// "a whole number from 0 to 65535", "any or claims or off"
  std::string (*accepted)();
  bool repeatable = false;  ///< a flag that may be given again; several values join with commas
};

/// One row of the table of options.
struct Option {
  std::string_view key;         ///< "max-sessions": flag `--max-sessions`, config key the same
  std::string_view group;       ///< heading in the help
  std::string_view value_name;  ///< what follows the flag; empty for a switch
  std::string_view help;
  ValueKind value;
  std::string_view doubt = {};  ///< that it settles: "row 3" of CONTRACT.md section 8

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
