#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "emulator/base/clock.h"
#include "emulator/config/config.h"
#include "emulator/net/tls_transport.h"
#include "emulator/tls/credentials.h"
#include "emulator/tls/state_directory.h"

namespace dynsessions {

/// Certificates and state directory of the HTTPS port.
struct HttpsSetup {
  tls::StateDirectory state;
  std::filesystem::path authority_file;  ///< for clients to trust
  net::TlsContext context;
};

/// Returns nullopt with `--https-port off`. The authority is kept in --state-dir, else in
/// $XDG_STATE_HOME/dynsessions or ~/.local/state/dynsessions. If neither exists or can be used, as
/// in many CI jobs, a new authority is made in a temporary directory, which is removed with this
/// object, and the log warns of it. A --state-dir that cannot be used throws config::ConfigError,
/// because the user relies on it.
///
/// `now` is the time of the clients, who look at validity: the real one, which no test moves.
[[nodiscard]] std::optional<HttpsSetup> set_up_https(const config::Config& config,
                                                     const config::Environment& environment,
                                                     Clock::TimePoint now);

/// The directory in which a server without HTTPS keeps files that outlive it. It need not exist.
/// nullopt if neither --state-dir nor the environment names a place.
[[nodiscard]] std::optional<std::filesystem::path> state_directory(
    const config::Config& config, const config::Environment& environment);

/// Returns the file of the authority that servers with this configuration use, and makes the
/// authority if there is none. Throws config::ConfigError if it cannot be kept: clients must not be
/// told to trust a temporary one.
[[nodiscard]] std::filesystem::path kept_authority(const config::Config& config,
                                                   const config::Environment& environment,
                                                   Clock::TimePoint now);

}  // namespace dynsessions
