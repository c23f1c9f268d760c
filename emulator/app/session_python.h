#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "emulator/packages/layer_store.h"
#include "emulator/runtimes/python_runtime.h"

namespace dynsessions {

/// The Python that sessions run, with the packages of a requirements file. Every workspace that was
/// made with it shares it, so that its layer is not removed while a session uses it.
struct SessionPython {
  /// With a layer, `settings.python` must be the Python of that layer. Throws EngineUnavailable if
  /// the Python does not exist.
  SessionPython(std::optional<packages::KeptLayer> kept, const runtimes::PythonSettings& settings,
                const runtimes::Installation& installation, sandbox::Tier tier)
      : layer(std::move(kept)),
        prefix(session_python(settings, installation).parent_path().parent_path()),
        runtime(settings, installation, tier) {}

  std::optional<packages::KeptLayer> layer;  ///< nullopt: the packages of the environment alone
  std::filesystem::path prefix;              ///< of the environment, or of the layer
  runtimes::PythonRuntime runtime;
};

/// Returns the runtime, as a pointer that keeps the whole SessionPython. Returns null for null.
[[nodiscard]] inline std::shared_ptr<const runtimes::Runtime> runtime_of(
    const std::shared_ptr<const SessionPython>& python) {
  if (!python) return nullptr;
  return {python, &python->runtime};
}

}  // namespace dynsessions
