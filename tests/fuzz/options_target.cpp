// The command line, the environment and the configuration file: cli/arguments.h, config/settings.h.
//
// Input: arguments, one a line, up to an empty line; variables (NAME=value) likewise; then the
// file that --config names.

#include <map>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

#include "emulator/cli/arguments.h"
#include "emulator/config/options.h"
#include "emulator/config/settings.h"
#include "sandbox/base/unique_fd.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/property.h"

namespace dynsessions::fuzz {
namespace {

using Variables = std::map<std::string, std::string, std::less<>>;

std::vector<std::string> lines(Input& input) {
  std::vector<std::string> result;
  while (!input.rest().empty()) {
    const std::string_view line = input.line();
    if (line.empty()) break;
    result.emplace_back(line.substr(0, line.find('\0')));  // an argument contains no NUL
  }
  return result;
}

Variables variables(Input& input) {
  Variables result;
  for (const std::string& line : lines(input)) {
    const std::size_t equals = line.find('=');
    if (equals != std::string::npos) result[line.substr(0, equals)] = line.substr(equals + 1);
  }
  result.erase("DYNSESSIONS_CONFIG");  // only the input's file is read
  return result;
}

UniqueFd file_of(std::string_view content) {
  UniqueFd file(::memfd_create("config", MFD_CLOEXEC));
  const ssize_t size = ::write(file.get(), content.data(), content.size());
  if (size != static_cast<ssize_t>(content.size())) {
    throw std::system_error(errno, std::generic_category(), "memory file");
  }
  return file;
}

std::optional<config::Config> parse(const std::vector<std::string>& arguments,
                                    const Variables& variables) {
  const auto environment = [&](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
  try {
    const cli::Invocation call = cli::parse_arguments(arguments);
    return config::resolve_settings(call.options, call.config_path, environment).config;
  } catch (const config::ConfigError& error) {
    require(!std::string(error.what()).empty(), "a refusal has a reason");
    return std::nullopt;
  }
}

/// The shown form of a configuration must parse to the same configuration.
void check_shown(const config::Config& parsed) {
  const config::Config initial;
  config::Config again;
  for (const config::Option& option : config::all_options()) {
    const std::string shown = option.show(parsed);
    if (shown.empty() || shown == option.show(initial)) continue;
    option.assign(again, shown);
    require(option.show(again) == shown, "an option reads what it shows");
  }
}

void check(Input input) {
  std::vector<std::string> arguments = lines(input);
  std::erase(arguments, "--config");  // only the input's file is read
  std::erase_if(arguments, [](const auto& argument) { return argument.starts_with("--config="); });
  const Variables environment = variables(input);
  const UniqueFd file = file_of(input.rest());
  arguments.push_back("--config=/proc/self/fd/" + std::to_string(file.get()));
  if (const auto parsed = parse(arguments, environment)) check_shown(*parsed);
}

}  // namespace
}  // namespace dynsessions::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  dynsessions::fuzz::check({data, size});
  return 0;
}
