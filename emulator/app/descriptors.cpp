#include "emulator/app/descriptors.h"

#include <algorithm>

#include <sys/resource.h>

#include "emulator/config/pool_list.h"
#include "emulator/cures/cures.h"

namespace dynsessions {
namespace {

/// A session holds 4 in the server (its directory, and three ends of its kernel) and 9 in the
/// launcher (counted in /proc/PID/fd by tests/http/test_descriptors.py). The asynchronous and the
/// empty kernel take 3 and 2 more each.
constexpr std::uint64_t kOfSessionInServer = 4;
constexpr std::uint64_t kOfSessionInLauncher = 9;
/// Descriptors of each process without sessions, including spare sandboxes and transfers.
constexpr std::uint64_t kReserve = 64;
/// Each of the three ports gets this part of the descriptors for its connections.
constexpr std::uint64_t kShareOfPort = 8;
constexpr std::uint64_t kPorts = 3;

std::uint64_t share(std::uint64_t descriptors, std::uint64_t taken, std::uint64_t cost) {
  return (descriptors - std::min(descriptors, taken)) / cost;
}

}  // namespace

void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  // Raising the soft limit to the hard limit cannot fail.
  static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
}

std::uint64_t descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_max;
}

net::ServerLimits server_limits(std::uint64_t descriptor_limit) {
  net::ServerLimits limits;
  const std::uint64_t most = std::max<std::uint64_t>(descriptor_limit / kShareOfPort, 1);
  limits.max_connections = std::min<std::uint64_t>(limits.max_connections, most);
  return limits;
}

std::uint64_t sessions_within(std::uint64_t descriptor_limit) {
  const std::uint64_t connections = kPorts * server_limits(descriptor_limit).max_connections;
  return std::min(share(descriptor_limit, kReserve + connections, kOfSessionInServer),
                  share(descriptor_limit, kReserve, kOfSessionInLauncher));
}

std::uint64_t most_sessions(const config::Config& config) {
  std::uint64_t sum = 0;
  for (const pools::PoolDefinition& pool : config::declared_pools(config)) sum += pool.max_sessions;
  return sum;
}

DescriptorShortage descriptor_shortage(std::uint64_t descriptor_limit, std::uint64_t sessions) {
  const std::uint64_t fitting = sessions_within(descriptor_limit);
  if (fitting >= sessions) return {};
  return {"the limit of " + std::to_string(descriptor_limit) + " open files is enough for " +
              std::to_string(fitting) + " sessions, and up to " + std::to_string(sessions) +
              " are allowed",
          cure_of(no_descriptors())};
}

}  // namespace dynsessions
