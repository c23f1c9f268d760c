#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sandbox/process/step.h"

/// Networks that slirp4netns could reach but a session with egress must not. Routes in the
/// session's network namespace make them unreachable. The session's code has no capability to
/// change these routes.
namespace dynsessions::sandbox {

struct Ipv4Network {
  std::uint32_t address;  ///< network byte order
  std::uint8_t prefix_length;
};

/// Loopback, link-local and other addresses where clouds keep the credentials of their machines,
/// and the current addresses of this host. Throws StepError.
[[nodiscard]] std::vector<Ipv4Network> closed_networks();

/// Async-signal-safe. Call it inside, with the loopback up. Networks that are already closed stay
/// closed.
StepResult close_networks(std::span<const Ipv4Network> networks);

}  // namespace dynsessions::sandbox
