#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/config/config.h"

namespace dynsessions::client_environment {

/// A server that runs, as its ready line describes it (app/announcement.h).
struct RunningServer {
  std::string endpoint;           ///< pool management endpoint, by http
  std::string https_endpoint;     ///< the same by https; empty: HTTPS is off
  std::string identity_endpoint;  ///< value of IDENTITY_ENDPOINT
  std::string authority;          ///< path of the CA file; empty: HTTPS is off
  std::string admin = {};         ///< URL of the admin API
  std::string arm = {};           ///< address of Azure Resource Manager; empty: HTTPS is off
  std::string http = {};          ///< URL of the plain port
  std::string subscription = {};
  std::string resource_group = {};
  std::string tenant = {};
  std::string admin_token = {};  ///< token that the admin API demands; empty: none
};

/// nullopt if the text is not a ready line.
[[nodiscard]] std::optional<RunningServer> from_ready_line(std::string_view line);

/// Asks the admin port at this URL, such as "http://127.0.0.1:7071", for its server; sends `token`
/// if it is not empty. Throws std::runtime_error, with the cure, if no server answers. Blocks for
/// up to three seconds.
[[nodiscard]] RunningServer server_at(const std::string& admin_url, const std::string& token);

/// The server that wrote this ready file. Throws std::runtime_error if there is no ready line in
/// it.
[[nodiscard]] RunningServer server_of_ready_file(const std::string& path);

/// The running servers of this user, the newest first (server_list/server_list.h).
[[nodiscard]] std::vector<RunningServer> servers_of_user(const config::Environment& environment);

}  // namespace dynsessions::client_environment
