#pragma once

#include <map>
#include <string>
#include <vector>

#include "emulator/config/config.h"

namespace dynsessions::config {

using Variables = std::map<std::string, std::string>;

/// Parses as `main` does, with an environment of exactly these variables.
[[nodiscard]] CommandLine parse(const std::vector<std::string>& arguments,
                                const Variables& variables = {});

/// The message of the ConfigError that parsing ends with; fails the test when it does not.
[[nodiscard]] std::string refusal(const std::vector<std::string>& arguments,
                                  const Variables& variables = {});

/// A configuration file that goes with its scope.
class ConfigFile {
 public:
  explicit ConfigFile(const std::string& content);
  ConfigFile(const ConfigFile&) = delete;
  ConfigFile& operator=(const ConfigFile&) = delete;
  ~ConfigFile();
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace dynsessions::config
