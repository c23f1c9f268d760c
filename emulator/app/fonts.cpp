#include "emulator/app/fonts.h"

#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include "emulator/app/engine_settings.h"
#include "emulator/app/https_setup.h"
#include "emulator/base/child_process.h"
#include "emulator/base/json_text.h"
#include "emulator/base/printable.h"
#include "emulator/runtimes/python_runtime.h"
#include "emulator/tls/state_directory.h"

namespace dynsessions {
namespace fs = std::filesystem;

namespace {

constexpr const char* kNoReason =
    "the program that collects fonts was killed: a font file can be damaged, or memory be short";

/// Returns the path of the font directory in --state-dir, which is made if it is missing.
fs::path font_directory(const config::Config& config, const config::Environment& environment) {
  const auto path = state_directory(config, environment);
  if (!path) {
    throw config::ConfigError(
        "--fonts: there is no home directory to keep fonts in; name a directory with --state-dir");
  }
  try {
    const auto state = tls::StateDirectory::at(*path);
    state.let_others_pass();
    return state.path() / "fonts";
  } catch (const tls::StateError& error) {
    throw config::ConfigError("--state-dir: " + std::string(error.what()));
  }
}

}  // namespace

fs::path prepare_fonts(const config::Config& config, const config::Environment& environment,
                       const runtimes::Installation& installation, sandbox::Tier tier) {
  if (config.host.fonts.empty()) return {};
  const fs::path python = runtimes::session_python(python_settings(config.host), installation);
  const std::string inside = runtimes::fonts_inside(tier);
  std::vector<std::string> command{
      python.string(), "-I", (installation.agent / "font_set.py").string(),
      font_directory(config, environment).string(), inside.empty() ? "-" : inside};
  for (const std::string& directory : config.host.fonts) {
    command.push_back(fs::absolute(directory).string());
  }
  ChildProcess process(command, ChildProcess::Kind::server);
  const std::string printed = process.read_all();
  if (process.wait() != 0) {
    const std::string reason = last_line_of(process.take_stderr());
    throw config::ConfigError("--fonts: " +
                              (reason.empty() ? std::string(kNoReason) : printable(reason)));
  }
  const auto facts = parse_json(last_line_of(printed));
  if (!facts.is_object() || !facts.contains("set") || !facts["set"].is_string()) {
    throw std::runtime_error("font_set.py did not print the directory of the fonts");
  }
  for (const auto& left_out : facts.value("left_out", std::vector<std::string>())) {
    spdlog::warn("--fonts: matplotlib does not get {}", printable(left_out));
  }
  return facts["set"].get<std::string>();
}

}  // namespace dynsessions
