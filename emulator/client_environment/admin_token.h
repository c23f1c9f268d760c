#pragma once

#include <string>

#include "emulator/config/config.h"

namespace dynsessions::client_environment {

/// The token for the admin API at this URL: that of --admin-token; otherwise that of the server
/// which wrote the ready file, or of the one in the user's list, if it is at this URL. Empty if
/// none is known.
[[nodiscard]] std::string admin_token_for(const std::string& admin_url,
                                          const config::ServerOptions& options,
                                          const config::Environment& environment);

/// The same, with what DYNSESSIONS_ADMIN_TOKEN says in place of the options.
[[nodiscard]] std::string admin_token_for(const std::string& admin_url,
                                          const config::Environment& environment);

}  // namespace dynsessions::client_environment
