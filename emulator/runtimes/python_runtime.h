#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "emulator/runtimes/installation.h"
#include "emulator/runtimes/runtime.h"
#include "sandbox/protocol/launcher_spec.h"

namespace dynsessions::runtimes {

/// How sessions run Python on this host, whatever their pool.
struct PythonSettings {
  std::string python;                ///< a python3 with IPython; empty: the installation's
  bool zygote = true;                ///< interpreters are forked where the tier has jails for that
  std::vector<std::string> preload;  ///< modules that the zygote imports
  /// PYTHONHASHSEED of interpreters; nullopt: a random one.
  std::optional<std::uint32_t> hash_seed = std::nullopt;
  std::string font_set = {};  ///< directory made by font_set.py; empty: no further fonts
};

/// The Python that sessions run: the one of the settings, or the installation's. Throws
/// EngineUnavailable if it does not exist.
[[nodiscard]] std::filesystem::path session_python(const PythonSettings& settings,
                                                   const Installation& installation);

/// The path at which sessions of that tier see a font set; empty: its path on the host.
[[nodiscard]] std::string fonts_inside(sandbox::Tier tier);

/// slirp4netns, which gives sessions their network; nullopt if it is not in PATH.
[[nodiscard]] std::optional<std::filesystem::path> find_egress_program();

/// `PythonLTS`: an IPython agent per kernel.
class PythonRuntime final : public Runtime {
 public:
  /// Throws EngineUnavailable if the Python to use does not exist.
  PythonRuntime(PythonSettings settings, const Installation& installation, sandbox::Tier tier);

  /// Egress needs slirp4netns in PATH; sessions of the insecure tier have the host's network
  /// whatever the definition says.
  [[nodiscard]] Result<sandbox::SandboxProfile> profile_for(
      const pools::PoolDefinition& pool) const override;

 private:
  const PythonSettings settings_;
  const std::filesystem::path agent_;
  const std::filesystem::path python_;
  const sandbox::Tier tier_;
};

}  // namespace dynsessions::runtimes
