#pragma once

#include <string>

#include "emulator/config/config.h"

namespace dynsessions {

/// What a person or a script needs to know once the emulator serves.
struct Announcement {
  std::string http;            ///< URL of the emulated surface
  std::string https;           ///< the same over TLS; empty: off
  std::string authority_file;  ///< what its clients have to trust
  std::string admin;           ///< URL of the emulator's own API
  std::string pool_management_endpoint;
  std::string pool;     ///< what kind of pool it is, in a line
  std::string sandbox;  ///< what isolates sessions, in a line
  std::string limits;   ///< how their limits are kept, in a line
  std::string warning;  ///< of what does not; mostly empty
  auth::TokenRule auth;
  std::string listen;  ///< the address of --listen
};

/// The lines to copy, for a person. A loud warning at their end when other machines can connect.
[[nodiscard]] std::string banner(const Announcement& announcement);

/// One line of JSON on stdout; the same in `ready_file` (which appears whole or not at all), unless
/// that is empty. Throws std::runtime_error when the file cannot be written.
void print_ready_line(const Announcement& announcement, const std::string& ready_file);

}  // namespace dynsessions
