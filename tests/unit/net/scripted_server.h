#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "sandbox/base/unique_fd.h"

namespace dynsessions::net {

/// The server's end of a connection, for exact bytes. Blocks for ten seconds at most.
class ScriptedConnection {
 public:
  explicit ScriptedConnection(UniqueFd socket);

  /// Reads up to the end of `mark` and returns all bytes read. Throws at the end of the connection.
  std::string read_until(std::string_view mark);
  /// Returns some bytes; empty at the end of the connection.
  std::string read_some();
  void send(std::string_view bytes);
  /// Sends until the peer accepts no more bytes in the time; returns the number of bytes sent.
  std::size_t send_until_full(std::size_t most, int milliseconds);
  void wait_for_end();

 private:
  UniqueFd socket_;
  std::string unread_;
};

/// Accepts one connection per script, in order, and runs the script on it. A script that throws
/// closes its connection.
class ScriptedServer {
 public:
  using Script = std::function<void(ScriptedConnection&)>;

  explicit ScriptedServer(std::vector<Script> scripts);
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  /// Waits for the scripts that have begun; the others are dropped.
  ~ScriptedServer();

  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  std::uint16_t port_ = 0;
  UniqueFd listener_;
  std::thread thread_;
};

/// Returns a listening socket on the loopback whose kernel queue holds `backlog` connections.
[[nodiscard]] UniqueFd listen_on_loopback(int backlog, std::uint16_t& port);

}  // namespace dynsessions::net
