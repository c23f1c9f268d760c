#pragma once

#include <filesystem>
#include <optional>

#include "emulator/config/config.h"
#include "emulator/packages/layer_store.h"
#include "emulator/runtimes/installation.h"

/// The packages that sessions have in addition to those of their Python environment: the file that
/// names them, and the layers that are built from it.
namespace dynsessions {

/// The path that --requirements names, or requirements.txt in the state directory, which need not
/// exist. Returns nullopt if there is no state directory.
[[nodiscard]] std::optional<std::filesystem::path> requirements_path(
    const config::Config& config, const config::Environment& environment);

/// The command that adds packages to servers with this configuration. Clients see it, so it has no
/// path of the host.
[[nodiscard]] std::string add_command(const config::Config& config);

/// Reads the requirements file; the result is empty if the default file does not exist. Throws
/// config::ConfigError if the file cannot be used, or if --requirements names a file that does not
/// exist.
[[nodiscard]] packages::RequirementsFile read_requirements(const config::Config& config,
                                                           const config::Environment& environment);

/// The directory of all layers. Throws config::ConfigError if there is no state directory or
/// --python names a layer, and EngineUnavailable if there is no Python.
[[nodiscard]] packages::LayerStore layer_store(const config::Config& config,
                                               const config::Environment& environment,
                                               const runtimes::Installation& installation);

/// The packages of a server that starts.
struct SessionPackages {
  config::Config base;                       ///< the settings, whose Python is the base
  std::optional<packages::KeptLayer> layer;  ///< nullopt: there are no packages
};

/// Builds the layer with the packages if it is missing, and sets `config.host.python` to its
/// Python. Blocks while pip works, and needs a program with one thread. Throws the exceptions of
/// the functions above, and EngineUnavailable with the cure if the layer cannot be built.
[[nodiscard]] SessionPackages use_session_packages(config::Config& config,
                                                   const config::Environment& environment,
                                                   const runtimes::Installation& installation);

}  // namespace dynsessions
