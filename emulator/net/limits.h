#pragma once

#include <chrono>
#include <cstddef>

namespace dynsessions::net {

/// Limits on the memory and the time that a client can use. The times are real time, not the
/// emulator's Clock: a frozen clock must not keep a dead peer's socket open. A connection that
/// exceeds one of them is closed without an answer.
struct ServerLimits {
  /// At the maximum, a new client replaces the connection that has waited longest for a request. If
  /// all connections have a request, the new client waits in the kernel's queue until one ends.
  std::size_t max_connections = 1024;
  /// Size of the request line and the header fields together.
  std::size_t head_bytes = std::size_t{32} * 1024;
  /// From the connection to the end of the TLS handshake.
  std::chrono::milliseconds handshake_time = std::chrono::seconds(10);
  /// Between two requests, and before the first. Kestrel's default keep-alive has this length.
  /// Shorter while there are many connections: see idle_time_among().
  std::chrono::milliseconds idle_time = std::chrono::seconds(130);
  /// The value of `idle_time` at the maximum of connections.
  std::chrono::milliseconds shortest_idle_time = std::chrono::seconds(10);
  /// From the first byte of a head to its last.
  std::chrono::milliseconds head_time = std::chrono::seconds(30);
  /// For the next byte of a body that the handler waits for.
  std::chrono::milliseconds body_time = std::chrono::seconds(30);
  /// For each write of a text, or of a piece of a file.
  std::chrono::milliseconds write_time = std::chrono::seconds(60);
};

/// How long a connection can be idle while there are `connections`: `idle_time` up to half the
/// maximum, then proportionally less, down to `shortest_idle_time` at the maximum.
[[nodiscard]] std::chrono::milliseconds idle_time_among(std::size_t connections,
                                                        const ServerLimits& limits);

}  // namespace dynsessions::net
