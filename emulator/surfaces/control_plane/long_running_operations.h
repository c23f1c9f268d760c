#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "emulator/surfaces/control_plane/pool_state.h"
#include "emulator/surfaces/control_plane/resource_id.h"

namespace dynsessions::surfaces::control_plane {

/// The kind of operations on session pools.
inline constexpr std::string_view kSessionPoolOperation = "sessionPools";

/// An operation that a client polls.
struct LongRunningOperation {
  std::string kind;
  std::string id;  ///< base64url of "sessionPools:<guid>"
  std::string subscription;
  TimePoint started;
  bool has_ended = false;
  /// The resource in the final answer of operationResults; nullopt: that answer has no body.
  std::optional<ResourceId> resource = std::nullopt;
  unsigned final_status = 200;  ///< status of operationResults after the end
};

/// The operations that clients poll; the oldest are forgotten. Event-loop thread only.
class LongRunningOperations {
 public:
  static constexpr std::size_t kMost = 1000;

  /// Shared with the caller that ends the operation, because it can be forgotten before that.
  using Pointer = std::shared_ptr<LongRunningOperation>;
  [[nodiscard]] Pointer start(std::string_view kind, const std::string& subscription,
                              TimePoint now);
  /// Returns nullptr if the subscription has no operation with that id.
  [[nodiscard]] Pointer find(std::string_view id, std::string_view subscription) const;

 private:
  std::deque<Pointer> operations_;  ///< oldest first
};

}  // namespace dynsessions::surfaces::control_plane
