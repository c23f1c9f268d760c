#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sandbox/process/step.h"

/// What a session with egress must not reach although slirp4netns could: made unreachable by routes
/// in the session's own network namespace, which its code, having no capability, cannot change.
namespace dynsessions::sandbox {

struct Ipv4Network {
  std::uint32_t address;  ///< network byte order
  std::uint8_t prefix_length;
};

/// Loopback, link-local and other addresses where clouds keep the credentials of their machines,
/// and the addresses that this host has just now. Throws StepError.
[[nodiscard]] std::vector<Ipv4Network> closed_networks();

/// Async-signal-safe, inside, with the loopback up. Networks that are closed already stay so.
StepResult close_networks(std::span<const Ipv4Network> networks);

}  // namespace dynsessions::sandbox
