#pragma once

#include <filesystem>
#include <optional>

#include "emulator/config/config.h"
#include "emulator/packages/layer_store.h"
#include "emulator/runtimes/installation.h"

/// The packages that sessions have in addition to those of their Python environment: the file that
/// names them, and the layers that are built from it.
namespace dynsessions {

/// --requirements, or else requirements.txt in the state directory, which need not exist; nullopt
/// if there is no state directory.
[[nodiscard]] std::optional<std::filesystem::path> requirements_path(
    const config::Config& config, const config::Environment& environment);

/// The content of that file; without packages if it does not exist. Throws config::ConfigError if
/// it cannot be used, or does not exist though --requirements names it.
[[nodiscard]] packages::RequirementsFile read_requirements(const config::Config& config,
                                                           const config::Environment& environment);

/// Where layers are kept. Throws config::ConfigError if there is no state directory or --python
/// names a layer, and EngineUnavailable if there is no Python.
[[nodiscard]] packages::LayerStore layer_store(const config::Config& config,
                                               const config::Environment& environment,
                                               const runtimes::Installation& installation);

/// Lets `config.host.python` name the layer with the packages, which is built if it is not there.
/// Hold the returned layer while sessions use it; nullopt without packages. Blocks while pip works,
/// and needs a program with one thread. Throws as the functions above, and EngineUnavailable with
/// the cure if the layer cannot be built.
[[nodiscard]] std::optional<packages::KeptLayer> use_session_packages(
    config::Config& config, const config::Environment& environment,
    const runtimes::Installation& installation);

}  // namespace dynsessions
