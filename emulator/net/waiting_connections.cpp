#include "emulator/net/waiting_connections.h"

#include <algorithm>
#include <map>
#include <utility>

#include "emulator/net/connection.h"

namespace dynsessions::net {

WaitingConnections::Holder WaitingConnections::greatest_holder() const {
  std::map<std::string, std::size_t> counts;
  for (const Waiting& one : all_) ++counts[one.connection->client_address()];
  counts.erase("");  // clients that have gone in the meantime
  const auto greatest =
      std::max_element(counts.begin(), counts.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  if (greatest == counts.end()) return {};
  return {greatest->first, greatest->second};
}

void WaitingPlace::enter() {
  leave();
  waiting_.all_.push_back({&connection_, waiting_.clock_.now()});
  place_ = std::prev(waiting_.all_.end());
  waiting_.changed_.notify();
}

void WaitingPlace::leave() {
  if (place_) waiting_.all_.erase(*std::exchange(place_, {}));
}

}  // namespace dynsessions::net
