#pragma once

#include <optional>
#include <string>
#include <vector>

#include "emulator/base/error.h"
#include "emulator/config/config.h"
#include "emulator/runtimes/installation.h"
#include "sandbox/protocol/launcher_spec.h"
#include "sandbox/protocol/sandbox_profile.h"

/// Which tier sessions get (sandbox/protocol/launcher_spec.h): decided once, when the program
/// starts, by what this machine really does.
namespace dynsessions {

/// Outcome of the real set-up in a throw-away sandbox.
struct TierTrial {
  sandbox::Tier tier;
  std::optional<Error> failure;

  [[nodiscard]] bool works() const { return !failure; }
};

/// Blocks for some milliseconds. Starts a process, so call it before threads exist.
[[nodiscard]] TierTrial try_tier(const std::string& launcher, const sandbox::LauncherSpec& spec,
                                 sandbox::SandboxProfile profile);

/// Below the full tier, interpreters access the host's files as the users that a root launcher
/// gives to sessions. Returns an error that names the directory that they cannot enter; an
/// interpreter's own error would not.
[[nodiscard]] std::optional<Error> closed_to_users(sandbox::Tier tier,
                                                   const sandbox::SandboxProfile& profile);

struct TierChoice {
  sandbox::Tier tier;
  std::vector<TierTrial> better;  ///< better tiers that were tried first and failed
  /// The capabilities that a root server lacks to give sessions separate users; without them,
  /// sessions below the full tier run as root. See sandbox::missing_for_separate_users().
  std::string missing{};
};

/// The best that `config.host.sandbox` allows and this machine can do. Throws EngineUnavailable,
/// with step, reason and cure of every tier that was tried.
[[nodiscard]] TierChoice choose_tier(const config::Config& config,
                                     const runtimes::Installation& installation);

/// Tries to set up a session of each pool of the config file in the chosen tier, as try_tier()
/// does. Throws config::ConfigError, which names pool and member, if that fails.
void require_pools(const config::Config& config, const runtimes::Installation& installation,
                   sandbox::Tier tier);

/// Describes the choice to the user in one line.
[[nodiscard]] std::string description_of(const TierChoice& choice);

/// Explains that sessions run as root because a root server lacks these capabilities.
[[nodiscard]] std::string root_sessions_without(const std::string& capabilities);

/// The warning in every answer if sessions are not isolated at all; otherwise empty.
[[nodiscard]] std::string warning_of(const TierChoice& choice);

/// "tier full: the step that failed: why", and what to do about it.
[[nodiscard]] std::string failure_text(const TierTrial& trial);

}  // namespace dynsessions
