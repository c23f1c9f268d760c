#pragma once

#include <filesystem>
#include <stdexcept>

#include "emulator/config/config.h"
#include "sandbox/protocol/launcher_spec.h"
#include "sandbox/protocol/sandbox_profile.h"

namespace dynsessions {

/// Nothing to run sessions with: no Python, no agent, no launcher. The message names the cure.
class EngineUnavailable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The files that belong to the running program, found beside its executable.
struct Installation {
  std::filesystem::path launcher;  ///< sandbox-launcher
  std::filesystem::path agent;     ///< directory of the interpreter's agent
  std::filesystem::path python;    ///< python3 of the environment that `make run` builds
  /// Throws EngineUnavailable when the program is not where it was built or installed.
  [[nodiscard]] static Installation beside_executable();
};

/// The Python that sessions run: what --python names, or the installation's own. Throws
/// EngineUnavailable when it does not exist.
[[nodiscard]] std::filesystem::path session_python(const config::Config& config,
                                                   const Installation& installation);

/// slirp4netns, found in PATH. Throws EngineUnavailable, with the cure, when it is not there.
[[nodiscard]] std::filesystem::path egress_program();

/// Whether interpreters are forked: only in rooms, so in the full tier.
[[nodiscard]] bool has_zygote(const config::Config& config, sandbox::Tier tier);

[[nodiscard]] sandbox::LauncherSpec launcher_spec_for(const config::Config& config,
                                                      sandbox::Tier tier);

/// What every sandbox of this server looks like in that tier. Throws EngineUnavailable when the
/// Python to use does not exist.
[[nodiscard]] sandbox::SandboxProfile profile_for(const config::Config& config,
                                                  const Installation& installation,
                                                  sandbox::Tier tier);

}  // namespace dynsessions
