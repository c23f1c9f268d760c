#pragma once

#include <cstdint>
#include <string>

#include "emulator/config/config.h"
#include "emulator/net/limits.h"

/// Whether the descriptors of the server and its launcher suffice. Each process has its own limit
/// of open files (RLIMIT_NOFILE), and raises it to the hard limit.
namespace dynsessions {

/// Raises the limit of this process.
void raise_descriptor_limit();

/// The hard limit.
[[nodiscard]] std::uint64_t descriptor_limit();

/// Connections that each port takes, so that they leave descriptors for sessions.
[[nodiscard]] net::ServerLimits server_limits(std::uint64_t descriptor_limit);

/// Sessions with one kernel each that the server and its launcher have descriptors for.
[[nodiscard]] std::uint64_t sessions_within(std::uint64_t descriptor_limit);

/// Maximum of concurrent sessions of all declared pools together.
[[nodiscard]] std::uint64_t most_sessions(const config::Config& config);

/// Finding and cure if there are fewer descriptors than `sessions` need; both are empty otherwise.
struct DescriptorShortage {
  std::string finding;
  std::string cure;
};
[[nodiscard]] DescriptorShortage descriptor_shortage(std::uint64_t descriptor_limit,
                                                     std::uint64_t sessions);

}  // namespace dynsessions
