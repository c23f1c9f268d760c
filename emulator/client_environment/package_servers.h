#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "emulator/config/config.h"

namespace dynsessions::client_environment {

/// Whether the new sessions of a running server have the packages of its requirements file.
struct ServerPackages {
  bool has_answered = true;
  bool has_them = false;
  std::string description;  ///< a sentence for people, with the address of the server and any cure
};

/// Asks the running servers of this user (server_list/server_list.h) whose requirements file is
/// `file`. Servers that cannot be asked are in the result, too. Blocks for up to three seconds per
/// server.
[[nodiscard]] std::vector<ServerPackages> servers_with(const std::filesystem::path& file,
                                                       const config::Environment& environment);

/// The same after each of these servers has read the file again. Blocks for up to five minutes per
/// server.
[[nodiscard]] std::vector<ServerPackages> reload_packages(const std::filesystem::path& file,
                                                          const config::Environment& environment);

}  // namespace dynsessions::client_environment
