#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "emulator/pools/pool_definition.h"
#include "emulator/surfaces/control_plane/arm_error.h"

namespace dynsessions::surfaces::control_plane {

inline constexpr std::string_view kSessionPools = "Microsoft.App/sessionPools";
inline constexpr std::string_view kManagedEnvironments = "Microsoft.App/managedEnvironments";
inline constexpr std::string_view kResourceGroups = "Microsoft.Resources/resourceGroups";
inline constexpr std::string_view kDeployments = "Microsoft.Resources/deployments";
inline constexpr std::string_view kRoleAssignments = "Microsoft.Authorization/roleAssignments";
inline constexpr std::string_view kRoleDefinitions = "Microsoft.Authorization/roleDefinitions";

/// A subscription, or a resource group in it.
struct Scope {
  std::string subscription;
  std::string group = {};  ///< empty: the subscription itself

  /// "/subscriptions/…" or "/subscriptions/…/resourceGroups/…"
  [[nodiscard]] std::string text() const;
  /// The same in lower case: Azure compares scopes without regard to case.
  [[nodiscard]] std::string key() const;
};

/// The id of a resource. Azure compares ids without regard to case.
struct ResourceId {
  /// The parent of the resource: a subscription, a group, or the resource that it extends, such as
  /// the pool of a role assignment.
  std::string scope;
  std::string type;  ///< "Microsoft.App/sessionPools"; of a child "Microsoft.X/as/bs"
  std::string name;  ///< "a/b" for a child resource

  /// "/subscriptions/…/resourceGroups/…/providers/Microsoft.App/sessionPools/reports"; a resource
  /// group has no `providers` in its id.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::string key() const;
  [[nodiscard]] bool is_a(std::string_view wanted_type) const;

  /// Parses an id in the form of text(). Returns 400 `InvalidResourceId` for anything else.
  [[nodiscard]] static ArmResult<ResourceId> parse(std::string_view text);
};

/// The subscription and group at the beginning of a scope or id. The subscription is empty if the
/// text begins otherwise.
[[nodiscard]] Scope scope_of(std::string_view text);

/// Whether the resource or scope with this key (lower case) is `scope_key` or below it.
[[nodiscard]] bool is_within(std::string_view key, std::string_view scope_key);

/// Convert between the name of a pool and its id in ARM.
[[nodiscard]] ResourceId id_of(const pools::PoolName& pool);
[[nodiscard]] pools::PoolName pool_name_of(const ResourceId& id);

}  // namespace dynsessions::surfaces::control_plane
