#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/base/result.h"
#include "emulator/packages/python_environment.h"

namespace dynsessions::packages {

/// Input for building a layer.
struct LayerPlan {
  std::filesystem::path base_python;  ///< python3 of the base environment, which has pip
  std::filesystem::path script;       ///< environment_layer.py
  std::string requirements;           ///< lines for pip
  Versions constraints;               ///< versions that a needed package must not change
};

struct LayerFacts {
  Versions packages;                   ///< that pip has put into the layer
  std::vector<std::string> conflicts;  ///< sentences of `pip check`; the layer can be used
};

/// Builds the layer in `directory`, which must not exist; on failure it can be incomplete. Blocks
/// for as long as pip does. `invalid_request` with pip's message and the likely cure. Forks, so
/// call it while this program has one thread.
[[nodiscard]] Result<LayerFacts> build_layer(const LayerPlan& plan,
                                             const std::filesystem::path& directory);

/// From the last line of what the script printed; `internal` if that is not its line of facts.
[[nodiscard]] Result<LayerFacts> read_layer_facts(std::string_view printed);

/// An Error with the important lines of pip's output and the likely cure. Separate for tests.
[[nodiscard]] Error pip_failure(std::string_view output);

}  // namespace dynsessions::packages
