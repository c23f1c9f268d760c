#include "tests/unit/config/config_fixture.h"

#include <cerrno>
#include <filesystem>
#include <fstream>

#include <stdlib.h>
#include <unistd.h>

#include <system_error>

#include "tests/support/catch.h"

namespace dynsessions::config {

CommandLine parse(const std::vector<std::string>& arguments, const Variables& variables) {
  std::vector<const char*> argv{"dynsessions"};
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  const auto environment = [&variables](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
  return parse_command_line(static_cast<int>(argv.size()), argv.data(), environment);
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

ConfigFile::ConfigFile(const std::string& content)
    : path_(std::filesystem::temp_directory_path() / "dynsessions-config-XXXXXX") {
  const int fd = ::mkstemp(path_.data());
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "mkstemp");
  ::close(fd);
  std::ofstream(path_) << content;
}

ConfigFile::~ConfigFile() { ::unlink(path_.c_str()); }

}  // namespace dynsessions::config
