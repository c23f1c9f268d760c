#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "emulator/base/terminal_style.h"
#include "emulator/config/config.h"

namespace dynsessions::pools {
class Pool;
}

namespace dynsessions {

/// Addresses and files that a user or a script needs once the emulator serves.
struct Announcement {
  std::string http;            ///< URL of the emulated surface
  std::string https;           ///< the same over TLS; empty: off
  std::string authority_file;  ///< certificate that its clients have to trust
  std::string admin;           ///< URL of the admin API
  std::string admin_token;     ///< token that the admin API demands; empty: none
  std::string pool_management_endpoint;
  std::string identity_endpoint;  ///< value of IDENTITY_ENDPOINT
  std::string arm = {};           ///< address of Azure Resource Manager; empty: HTTPS is off
  std::string tenant;             ///< tenant of the tokens that the emulator issues
  pools::PoolName pool_name;      ///< name of the default pool
  std::string pool;               ///< description_of() the declared pools
  std::string sandbox;            ///< how sessions are isolated, in a line
  std::string limits;             ///< how their limits are enforced, in a line
  std::string warning;            ///< missing isolation; usually empty
  std::string descriptors;        ///< lack of file descriptors, and its cure; usually empty
  auth::TokenRule auth;
  std::string listen;   ///< the address of --listen
  std::string failure;  ///< why the first interpreter could not be started; usually empty
};

/// Describes the pools, a line for each.
[[nodiscard]] std::string description_of(const std::vector<pools::Pool*>& declared);

/// The lines to copy, for a person, with the warnings at their end.
[[nodiscard]] std::string banner(const Announcement& announcement, const TerminalStyle& style);

/// A sentence for each danger: sessions that are not isolated, ports that other machines can reach.
/// Usually empty.
[[nodiscard]] std::vector<std::string> warnings_of(const Announcement& announcement);

/// One line of JSON for programs, with its line end. `event` is "listening" when the ports are open
/// and "ready" when an execution can be answered at once.
[[nodiscard]] std::string event_line(std::string_view event, const Announcement& announcement);

}  // namespace dynsessions
