#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/config/config.h"
#include "emulator/config/config_file.h"

namespace dynsessions::config {

/// Where the value of an option comes from, strongest last.
enum class Source { built_in, file, environment, flag };

struct Origin {
  Source source = Source::built_in;
  std::string name;  ///< "--port", "DYNSESSIONS_PORT" or the path of the file; empty for built_in

  friend bool operator==(const Origin&, const Origin&) = default;
};

/// The configuration that a program runs with.
struct Settings {
  Config config;
  std::map<std::string, Origin, std::less<>> origins;  ///< keyed by option; without built-in values
  ConfigFile file;                                     ///< its path is empty if there is none

  [[nodiscard]] Origin origin_of(std::string_view key) const;
};

/// The variable that names the file where no --config does.
inline constexpr std::string_view kConfigVariable = "DYNSESSIONS_CONFIG";

/// Combines the flags (key to text), the environment, the file and the defaults; the first one
/// that has a value for an option wins. An empty variable counts as absent, because compose files
/// set absent variables to nothing. Throws ConfigError with the origin of the value and what is
/// accepted.
[[nodiscard]] Settings resolve_settings(const Values& flags, const std::string& config_path,
                                        const Environment& environment);

/// The names of this process's variables that start with DYNSESSIONS_, in alphabetical order.
[[nodiscard]] std::vector<std::string> process_variable_names();

/// A warning for each of these names of variables that no option has: it was probably meant to be
/// another name, and has no effect.
[[nodiscard]] std::vector<std::string> warnings_about(const std::vector<std::string>& names);

}  // namespace dynsessions::config
