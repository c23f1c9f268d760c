#pragma once

#include <string>

#include "emulator/config/config.h"

namespace dynsessions {

/// What a person or a script needs to know once the emulator serves.
struct Announcement {
  std::string http;   ///< URL of the emulated surface
  std::string admin;  ///< URL of the emulator's own API
  std::string pool_management_endpoint;
  config::AuthMode auth;
};

/// The lines to copy, on stderr.
void print_banner(const Announcement& announcement);

/// One line of JSON on stdout; the same in `ready_file` (which appears whole or not at all), unless
/// that is empty. Throws std::runtime_error when the file cannot be written.
void print_ready_line(const Announcement& announcement, const std::string& ready_file);

}  // namespace dynsessions
