#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sandbox/steps/step.h"

/// What a session with egress must not reach although slirp4netns could: made unreachable by routes
/// in the session's own network namespace, which its code, having no capability, cannot change.
namespace dynsessions::sandbox {

struct Ipv4Network {
  std::uint32_t address;  ///< network byte order
  std::uint8_t prefix_length;
};

/// Addresses that slirp4netns has inside, by its default: itself, as gateway, name server, session.
inline constexpr const char* kEgressNameServer = "10.0.2.3";

/// Loopback, link-local (where clouds keep the credentials of their machines), and the addresses
/// that this host has just now. Throws std::system_error.
[[nodiscard]] std::vector<Ipv4Network> closed_networks();

/// Async-signal-safe, inside, with the loopback up.
StepResult close_networks(std::span<const Ipv4Network> networks);

}  // namespace dynsessions::sandbox
