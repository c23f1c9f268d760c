#include "tests/unit/config/config_fixture.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

#include <stdlib.h>
#include <unistd.h>

#include "emulator/config/options.h"
#include "tests/support/catch.h"

namespace dynsessions::config {

namespace {

bool is_switch(const std::string& key) {
  const auto options = all_options();
  return std::any_of(options.begin(), options.end(), [&key](const Option& option) {
    return option.key == key && option.is_switch();
  });
}

/// Maps keys to texts. The real command line is read by emulator/cli.
Values flags_in(const std::vector<std::string>& arguments) {
  Values flags;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::size_t equals = arguments[i].find('=');
    const std::string key = arguments[i].substr(2, equals - 2);
    if (equals != std::string::npos) {
      flags[key] = arguments[i].substr(equals + 1);
    } else {
      flags[key] = is_switch(key) ? "true" : arguments.at(++i);
    }
  }
  return flags;
}

}  // namespace

Settings parse(const std::vector<std::string>& arguments, const Variables& variables) {
  const auto environment = [&variables](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
  Values flags = flags_in(arguments);
  const std::string config_path = flags["config"];
  flags.erase("config");
  return resolve_settings(flags, config_path, environment);
}

std::string refusal(const std::vector<std::string>& arguments, const Variables& variables) {
  try {
    (void)parse(arguments, variables);
  } catch (const ConfigError& error) {
    return error.what();
  }
  FAIL("it was accepted");
  return {};
}

TemporaryConfig::TemporaryConfig(const std::string& content)
    : path_(std::filesystem::temp_directory_path() / "dynsessions-config-XXXXXX") {
  const int fd = ::mkstemp(path_.data());
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "mkstemp");
  ::close(fd);
  std::ofstream(path_) << content;
}

TemporaryConfig::~TemporaryConfig() { ::unlink(path_.c_str()); }

}  // namespace dynsessions::config
