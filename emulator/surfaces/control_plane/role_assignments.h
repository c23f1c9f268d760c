#pragma once

#include <map>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "emulator/auth/token_check.h"
#include "emulator/surfaces/control_plane/pool_json.h"
#include "emulator/surfaces/control_plane/resource_id.h"
#include "emulator/surfaces/control_plane/role_definitions.h"

namespace dynsessions::surfaces::control_plane {

/// `Microsoft.Authorization/roleAssignments` of every scope. Assignments are always stored and
/// listed. They have an effect if a pool checks the claims of tokens; unlike in Azure, the effect
/// is immediate. Event-loop thread only.
class RoleAssignments {
 public:
  static constexpr std::size_t kMost = 4000;  ///< Azure's limit of a subscription

  /// 400 for a body without principal or with an unknown role; 409 `RoleAssignmentExists` for an
  /// assignment whose name, or whose principal, role and scope, exist already.
  [[nodiscard]] ArmResult<Resource> create(const ResourceId& id, const nlohmann::json& body,
                                           const Caller& caller, TimePoint now);
  /// Returns the error that create() would return.
  [[nodiscard]] ArmResult<void> check(const ResourceId& id, const nlohmann::json& body) const;
  [[nodiscard]] ArmResult<Resource> get(const ResourceId& id) const;
  /// 404 if there is none.
  [[nodiscard]] ArmResult<Resource> remove(const ResourceId& id);
  /// Removes the assignments at and below a scope that was deleted.
  void remove_within(std::string_view scope_key);

  enum class Reach {
    inherited,   ///< `atScope()`: at the scope and above it
    with_below,  ///< the default: at the scope and below it
  };
  [[nodiscard]] std::vector<Resource> list(const std::string& scope, Reach reach,
                                           std::string_view principal) const;

  /// Returns the rights of principals on the resource with this key.
  [[nodiscard]] auth::RoleRights rights_on(const std::string& resource_key,
                                           const std::vector<std::string>& principals) const;

 private:
  struct Assignment {
    ResourceId id;
    const Role* role;
    std::string principal;
    std::string principal_type;
    std::string description;
    std::string created_by;
    TimePoint created_at;
  };

  [[nodiscard]] ArmResult<Assignment> wanted(const ResourceId& id,
                                             const nlohmann::json& body) const;
  [[nodiscard]] static Resource show(const Assignment& assignment);

  std::map<std::string, Assignment> assignments_;  ///< keyed by the key of the id
};

}  // namespace dynsessions::surfaces::control_plane
