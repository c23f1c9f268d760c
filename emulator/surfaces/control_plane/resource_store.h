#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <nlohmann/json_fwd.hpp>

#include "emulator/pools/pool_roles.h"
#include "emulator/surfaces/control_plane/deployments/deployment_history.h"
#include "emulator/surfaces/control_plane/resource_groups.h"
#include "emulator/surfaces/control_plane/role_assignments.h"
#include "emulator/surfaces/control_plane/session_pools.h"

namespace dynsessions::surfaces::control_plane {

/// All resources of the control plane, in memory: session pools, which are those of the catalog,
/// resource groups, role assignments, and deployments. Resources of every type can be put, read and
/// deleted by id, which templates need. Event-loop thread only.
///
/// Every function with an `api_version` checks it for the type of the resource.
class ResourceStore final : public pools::PoolRoles {
 public:
  /// `catalog` outlives this. A group or subscription exists if the default pool, another declared
  /// pool or a PUT has named it.
  ResourceStore(pools::PoolCatalog& catalog, PoolRules rules);

  struct Put {
    Resource resource;
    bool is_new = false;
    /// Members that Azure accepts and ignores, for `x-emulator-warning`.
    std::vector<std::string> ignored = {};
  };
  /// Creates a resource or replaces it, as PUT does. 404 `InvalidResourceType` for a type that is
  /// not emulated, 404 `ResourceGroupNotFound`, 400 for a bad body. On an error nothing is changed.
  [[nodiscard]] ArmResult<Put> put_resource(const ResourceId& id, const std::string& api_version,
                                            const nlohmann::json& body, const Caller& caller);
  /// Returns the error that put_resource() would return, without changing anything. The group of
  /// `id` need not exist if `group_will_exist`: a template that creates it is checked as a whole.
  [[nodiscard]] ArmResult<void> check_resource(const ResourceId& id, const std::string& api_version,
                                               const nlohmann::json& body,
                                               bool group_will_exist = false) const;
  /// Returns 404 if there is no such resource.
  [[nodiscard]] ArmResult<Resource> get_resource(const ResourceId& id,
                                                 const std::string& api_version,
                                                 const Caller& caller) const;
  /// Removes a resource and all resources below it, in two steps. begin_removal() removes them at
  /// once; finish_removal(), which must be awaited, ends the sessions of the pools. Returns 409 for
  /// the default pool and its group.
  struct Removal {
    bool existed = false;
    std::vector<std::shared_ptr<pools::Pool>> ending = {};
  };
  [[nodiscard]] ArmResult<Removal> begin_removal(const ResourceId& id);
  boost::asio::awaitable<void> finish_removal(Removal removal);
  /// Ids of the session pools in a group or subscription. Of the emulated types, `az resource list`
  /// shows only these.
  [[nodiscard]] std::vector<ResourceId> list_resources(const Scope& scope) const;

  /// Returns 404 unless the subscription exists and, if the scope names a group, the group as well.
  [[nodiscard]] ArmResult<void> require(const Scope& scope) const;
  [[nodiscard]] bool has_group(const Scope& scope) const;
  /// All subscriptions, the server's own first.
  [[nodiscard]] std::vector<std::string> subscriptions() const;
  [[nodiscard]] std::vector<Scope> groups_in(const std::string& subscription) const;
  [[nodiscard]] Resource show_group(const Scope& scope) const;
  /// Calls ResourceGroups::write().
  [[nodiscard]] ArmResult<ResourceGroups::Written> write_group(const Scope& scope,
                                                               const nlohmann::json& body,
                                                               bool is_patch);
  /// Returns the error that begin_removal() would return.
  [[nodiscard]] ArmResult<void> check_removal(const ResourceId& id) const;

  [[nodiscard]] SessionPools& session_pools() { return session_pools_; }
  [[nodiscard]] const SessionPools& session_pools() const { return session_pools_; }
  [[nodiscard]] RoleAssignments& role_assignments() { return role_assignments_; }
  [[nodiscard]] DeploymentHistory& deployments() { return deployments_; }
  [[nodiscard]] TimePoint now() const { return catalog_.server_clock().now(); }
  /// The rule by which ARM checks tokens: that of the default pool.
  [[nodiscard]] auth::TokenRule token_rule() const;
  /// The location of the default pool.
  [[nodiscard]] const std::string& home() const { return catalog_.default_pool().location; }
  /// The default pool's subscription.
  [[nodiscard]] const std::string& own_subscription() const;

  /// Rights by role assignments, and of the creator of a pool, who must be able to use it: clients
  /// assign the role only after asking the public Microsoft Graph, which is not emulated
  /// (CONTROL-PLANE.md section 4).
  [[nodiscard]] auth::RoleRights rights_on(
      const pools::PoolName& pool, const std::vector<std::string>& principals) const override;

 private:
  [[nodiscard]] ArmResult<void> require_group_of(const ResourceId& id) const;
  [[nodiscard]] Removal remove_group(const Scope& scope);

  pools::PoolCatalog& catalog_;
  SessionPools session_pools_;
  ResourceGroups groups_;
  RoleAssignments role_assignments_;
  DeploymentHistory deployments_;
};

}  // namespace dynsessions::surfaces::control_plane
