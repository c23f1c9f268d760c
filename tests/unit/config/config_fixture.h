#pragma once

#include <map>
#include <string>
#include <vector>

#include "emulator/config/settings.h"

namespace dynsessions::config {

using Variables = std::map<std::string, std::string>;

/// Returns the settings for these flags, such as `--port`, `0`, `--exact` and `--name=x`, in an
/// environment of exactly these variables.
[[nodiscard]] Settings parse(const std::vector<std::string>& arguments,
                             const Variables& variables = {});

/// Returns the message of the ConfigError that parsing ends with; fails the test if there is none.
[[nodiscard]] std::string refusal(const std::vector<std::string>& arguments,
                                  const Variables& variables = {});

/// A configuration file that is removed at the end of its scope.
class TemporaryConfig {
 public:
  explicit TemporaryConfig(const std::string& content);
  TemporaryConfig(const TemporaryConfig&) = delete;
  TemporaryConfig& operator=(const TemporaryConfig&) = delete;
  ~TemporaryConfig();
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace dynsessions::config
