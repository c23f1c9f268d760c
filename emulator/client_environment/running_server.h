#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "emulator/config/config.h"

namespace dynsessions::client_environment {

/// A server that runs, as its ready line describes it (app/announcement.h).
struct RunningServer {
  std::string endpoint;           ///< pool management endpoint, by http
  std::string https_endpoint;     ///< the same by https; empty: HTTPS is off
  std::string identity_endpoint;  ///< value of IDENTITY_ENDPOINT
  std::string authority;          ///< path of the CA file; empty: HTTPS is off
};

/// nullopt if the text is not a ready line.
[[nodiscard]] std::optional<RunningServer> from_ready_line(std::string_view line);

/// The server that the settings describe: --ready-file has its line, or its admin port is asked.
/// Throws std::runtime_error, with the cure, if there is none. Blocks for up to three seconds.
[[nodiscard]] RunningServer find_server(const config::Config& config);

}  // namespace dynsessions::client_environment
