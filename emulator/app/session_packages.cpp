#include "emulator/app/session_packages.h"

#include <system_error>
#include <utility>

#include <spdlog/spdlog.h>

#include "emulator/app/engine_settings.h"
#include "emulator/app/https_setup.h"
#include "emulator/packages/python_environment.h"
#include "emulator/tls/state_directory.h"

namespace dynsessions {
namespace fs = std::filesystem;

namespace {

constexpr const char* kLayers = "packages";

config::ConfigError unusable(const std::string& why) {
  return config::ConfigError("the requirements file " + why);
}

/// The Python that layers are built on, which must not be a layer itself.
fs::path base_python(const config::Config& config, const runtimes::Installation& installation) {
  fs::path python = runtimes::session_python(python_settings(config.host), installation);
  const fs::path base = packages::base_of(python.parent_path().parent_path());
  if (base.empty()) return python;
  throw config::ConfigError("--python names an environment that dynsessions made from " +
                            base.string() + "; name " + (base / "bin/python3").string() +
                            " instead");
}

bool is_out_of_reach(const fs::path& path) {
  std::error_code error;
  (void)fs::status(path, error);
  return error == std::errc::permission_denied;
}

}  // namespace

std::optional<fs::path> requirements_path(const config::Config& config,
                                          const config::Environment& environment) {
  if (!config.host.requirements.empty()) return fs::absolute(config.host.requirements);
  const auto state = state_directory(config, environment);
  if (!state) return std::nullopt;
  return fs::absolute(*state) / "requirements.txt";
}

std::string add_command(const config::Config& config) {
  const std::string command = "dynsessions packages add";
  if (!config.host.requirements.empty()) return command + " --requirements FILE";
  return config.server.state_dir.empty() ? command : command + " --state-dir DIR";
}

packages::RequirementsFile read_requirements(const config::Config& config,
                                             const config::Environment& environment) {
  const auto path = requirements_path(config, environment);
  if (!path) return {};
  const bool must_exist = !config.host.requirements.empty();
  // Under `sudo -u`, HOME can be a directory that the user cannot enter: there is no file then.
  if (!must_exist && is_out_of_reach(*path)) return {};
  const auto text = packages::read_requirements_text(*path);
  if (!text) throw unusable(text.error().message);
  if (text->empty() && must_exist && !fs::exists(*path)) {
    throw unusable(path->string() + ": it does not exist; `dynsessions packages add` makes it");
  }
  auto file = packages::RequirementsFile::parse(*text);
  if (!file) throw unusable(path->string() + ": " + file.error().message);
  return *std::move(file);
}

packages::LayerStore layer_store(const config::Config& config,
                                 const config::Environment& environment,
                                 const runtimes::Installation& installation) {
  const auto state = state_directory(config, environment);
  if (!state) {
    throw config::ConfigError(
        "there is no home directory to keep packages of sessions in; name a directory with "
        "--state-dir");
  }
  return {fs::absolute(*state).lexically_normal() / kLayers, base_python(config, installation),
          installation.agent / "environment_layer.py"};
}

SessionPackages use_session_packages(config::Config& config, const config::Environment& environment,
                                     const runtimes::Installation& installation) {
  const packages::RequirementsFile file = read_requirements(config, environment);
  if (file.is_empty()) return {config, std::nullopt};
  const fs::path path = *requirements_path(config, environment);
  const auto announce = [&path] {
    spdlog::info("installing the packages of {}, which is done once", path.string());
  };
  try {
    auto layer =
        layer_store(config, environment, installation).obtain(file, path.parent_path(), announce);
    if (layer) {
      SessionPackages used{config, *std::move(layer)};
      config.host.python = used.layer->python();
      return used;
    }
    const Error& error = layer.error();
    throw runtimes::EngineUnavailable(path.string() + ": " + error.message +
                                      (error.reason.empty() ? "" : "\n  Cure: " + error.reason));
  } catch (const tls::StateError& error) {
    throw config::ConfigError("--state-dir: " + std::string(error.what()));
  }
}

}  // namespace dynsessions
