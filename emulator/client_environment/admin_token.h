#pragma once

#include <string>

#include "emulator/config/config.h"

namespace dynsessions::client_environment {

/// Returns the token for the admin API at this URL. --admin-token comes first, then the ready file
/// and the user's list of servers, if their server is at this URL. Empty if no token is known.
[[nodiscard]] std::string admin_token_for(const std::string& admin_url,
                                          const config::ServerOptions& options,
                                          const config::Environment& environment);

/// The same with DYNSESSIONS_ADMIN_TOKEN in place of the options.
[[nodiscard]] std::string admin_token_for(const std::string& admin_url,
                                          const config::Environment& environment);

}  // namespace dynsessions::client_environment
