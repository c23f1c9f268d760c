#include "emulator/app/script_file.h"

#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>

#include "emulator/base/shallow_json.h"
#include "emulator/config/config.h"

namespace dynsessions {
namespace {

/// The same limit as for the body of PUT …/script.
constexpr std::size_t kLargestFile = std::size_t{4} << 20;

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw config::ConfigError("--script " + path + ": " + why);
}

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) refuse(path, std::generic_category().message(errno));
  std::string text(kLargestFile + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || (file.fail() && !file.eof())) refuse(path, "cannot be read");
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kLargestFile) refuse(path, "it has more than 4 MiB");
  return text;
}

}  // namespace

test_double::Script read_script_file(const std::string& path) {
  if (path.empty()) return {};
  const nlohmann::json parsed = parse_shallow_json(content_of(path));
  if (parsed.is_discarded()) refuse(path, "it is not JSON");
  auto script = test_double::parse_script(parsed);
  if (!script) refuse(path, script.error().message);
  return *std::move(script);
}

}  // namespace dynsessions
