#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace dynsessions::config {

using Values = std::map<std::string, std::string, std::less<>>;

/// The file that --config names: a JSON object with a member for each option that it sets, //
/// comments allowed.
struct ConfigFile {
  std::string path;
  Values scalars;     ///< key of an option to its text, written as its flag would have it
  Values structured;  ///< key to the JSON text of an array or object, for keys that have one

  /// "`options.json`, max-sessions": how messages name the place of a value.
  [[nodiscard]] std::string place_of(std::string_view key) const;
};

/// Reads and checks the file. `structured_keys` names the keys whose value is an array or object;
/// every other key is one of an option. Throws ConfigError, with line and column where the file is
/// not JSON or an object has a key twice, otherwise with the key and what is accepted.
[[nodiscard]] ConfigFile read_config_file(const std::string& path,
                                          std::span<const std::string_view> structured_keys);

}  // namespace dynsessions::config
