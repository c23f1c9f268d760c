#include "emulator/surfaces/control_plane/arm_path.h"

#include <algorithm>
#include <array>

#include "emulator/http/text.h"

namespace dynsessions::surfaces::control_plane {
namespace {

using http::iequals;
using http::Segments;

bool is_word(Segments path, std::size_t at, std::string_view word) {
  return at < path.size() && iequals(path[at], word);
}

template <std::size_t N>
bool is_one_of(Segments path, std::size_t at, const std::array<std::string_view, N>& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return is_word(path, at, word); });
}

/// Whether `rest` is providers, Microsoft.App, sessionPools, a name, and an operation of the data
/// plane.
bool is_below_pool(Segments rest) {
  constexpr std::size_t kAfterPool = 4;
  constexpr std::array<std::string_view, 3> kOfArm{"providers", "fetchMcpServerCredentials",
                                                   "rotateMcpServerCredentials"};
  return is_word(rest, 0, "providers") && is_word(rest, 1, "Microsoft.App") &&
         is_word(rest, 2, "sessionPools") && rest.size() > kAfterPool &&
         !is_one_of(rest, kAfterPool, kOfArm);
}

bool is_below_subscription(Segments rest) {
  constexpr std::array<std::string_view, 5> kWords{"resourceGroups", "resources", "providers",
                                                   "locations", "tagNames"};
  return rest.empty() || (is_one_of(rest, 0, kWords) && !is_below_pool(rest));
}

bool is_below_group(Segments rest) {
  constexpr std::array<std::string_view, 4> kWords{"resources", "providers", "exportTemplate",
                                                   "deployments"};
  return rest.empty() || (is_one_of(rest, 0, kWords) && !is_below_pool(rest));
}

}  // namespace

ArmPath split_arm_path(Segments path) {
  constexpr std::size_t kSubscription = 2;
  constexpr std::size_t kGroup = 4;
  if (!is_word(path, 0, "subscriptions") || path.size() < kSubscription) return {{}, path};
  if (!is_word(path, kSubscription, "resourceGroups") || path.size() < kGroup) {
    return {{path[1]}, path.subspan(kSubscription)};
  }
  return {{path[1], path[3]}, path.subspan(kGroup)};
}

bool is_arm_path(Segments path) {
  if (path.empty()) return false;
  if (is_word(path, 0, "metadata")) return path.size() == 2 && is_word(path, 1, "endpoints");
  if (is_word(path, 0, "tenants")) return path.size() == 1;
  if (is_word(path, 0, "providers")) return true;
  // Microsoft Graph, which is not emulated: az takes a 404 in JSON, and nothing else, for "no
  // names".
  if (is_word(path, 0, "v1.0")) return true;
  if (!is_word(path, 0, "subscriptions")) return false;
  if (path.size() == 1) return true;
  const ArmPath parts = split_arm_path(path);
  return parts.scope.group.empty() ? is_below_subscription(parts.rest) : is_below_group(parts.rest);
}

}  // namespace dynsessions::surfaces::control_plane
