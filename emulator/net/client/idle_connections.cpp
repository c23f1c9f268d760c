#include "emulator/net/client/idle_connections.h"

#include <algorithm>
#include <utility>

namespace dynsessions::net {
namespace {

constexpr std::size_t kMostKept = 8;
constexpr std::chrono::seconds kLongestKept{30};

}  // namespace

void IdleConnections::put(const std::string& origin, std::unique_ptr<Transport> transport) {
  kept_.push_front({origin, std::move(transport), std::chrono::steady_clock::now()});
  if (kept_.size() > kMostKept) kept_.pop_back();
}

std::unique_ptr<Transport> IdleConnections::take(const std::string& origin) {
  const auto oldest = std::chrono::steady_clock::now() - kLongestKept;
  // A server sends nothing between responses, so input means that it has closed.
  kept_.remove_if(
      [&](const Kept& one) { return one.since < oldest || one.transport->has_input(); });
  const auto found = std::find_if(kept_.begin(), kept_.end(),
                                  [&](const Kept& one) { return one.origin == origin; });
  if (found == kept_.end()) return nullptr;
  std::unique_ptr<Transport> transport = std::move(found->transport);
  kept_.erase(found);
  return transport;
}

}  // namespace dynsessions::net
