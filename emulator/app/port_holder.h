#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace dynsessions {

/// The process that listens on a TCP port, as "python3 (process 4711)"; empty if that cannot be
/// seen, for example because it belongs to another user. Of several processes that share the
/// socket, one is named.
[[nodiscard]] std::string holder_of_port(std::uint16_t port);

/// Inodes of the sockets that listen on the port, from the text of /proc/net/tcp or tcp6.
[[nodiscard]] std::set<std::string> listening_inodes(std::string_view table, std::uint16_t port);

}  // namespace dynsessions
