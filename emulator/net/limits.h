#pragma once

#include <chrono>
#include <cstddef>

namespace dynsessions::net {

/// What a client may take of the server's memory and patience. The times are real time, not the
/// emulator's Clock: a frozen clock must not keep a dead peer's socket open. A connection that
/// overruns one of them is closed without an answer.
struct ServerLimits {
  /// At the maximum, a new client takes the place of the connection that has waited longest for a
  /// request. If all have one, the new client waits in the kernel's queue until one ends.
  std::size_t max_connections = 1024;
  /// Request line and header fields together.
  std::size_t head_bytes = std::size_t{32} * 1024;
  /// From the connection to the end of the TLS handshake.
  std::chrono::milliseconds handshake_time = std::chrono::seconds(10);
  /// Between two requests, and before the first. As long as Kestrel's default keep-alive. Shorter
  /// while there are many connections, see idle_time_among().
  std::chrono::milliseconds idle_time = std::chrono::seconds(130);
  /// What is left of `idle_time` at the maximum of connections.
  std::chrono::milliseconds shortest_idle_time = std::chrono::seconds(10);
  /// From the first byte of a head to its last.
  std::chrono::milliseconds head_time = std::chrono::seconds(30);
  /// Until the next byte of a body that the handler waits for.
  std::chrono::milliseconds body_time = std::chrono::seconds(30);
  /// For each write of a text, or of a piece of a file.
  std::chrono::milliseconds write_time = std::chrono::seconds(60);
};

/// How long a connection may be idle while there are `connections`: `idle_time` up to half the
/// maximum, then less in proportion, down to `shortest_idle_time` at the maximum.
[[nodiscard]] std::chrono::milliseconds idle_time_among(std::size_t connections,
                                                        const ServerLimits& limits);

}  // namespace dynsessions::net
