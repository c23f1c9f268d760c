#include "emulator/surfaces/control_plane/resource_store.h"

#include <algorithm>
#include <utility>

#include <boost/algorithm/string/case_conv.hpp>

#include "emulator/http/text.h"

namespace dynsessions::surfaces::control_plane {
namespace asio = boost::asio;

using http::iequals;

namespace {

bool contains(const std::vector<Scope>& scopes, const Scope& wanted) {
  return std::any_of(scopes.begin(), scopes.end(),
                     [&wanted](const Scope& scope) { return scope.key() == wanted.key(); });
}

}  // namespace

ResourceStore::ResourceStore(pools::PoolCatalog& catalog, PoolRules rules)
    : catalog_(catalog), session_pools_(catalog, rules) {}

auth::TokenRule ResourceStore::token_rule() const {
  return catalog_.definition_of(catalog_.default_pool().id).auth;
}

const std::string& ResourceStore::own_subscription() const {
  return catalog_.default_pool().id.subscription;
}

std::vector<std::string> ResourceStore::subscriptions() const {
  std::vector<std::string> ids{own_subscription()};
  for (pools::Pool* const pool : catalog_.all()) {
    const std::string& id = pool->definition().id.subscription;
    const bool is_known = std::any_of(
        ids.begin(), ids.end(), [&id](const std::string& known) { return iequals(known, id); });
    if (pool->is_declared() && !is_known) ids.push_back(id);
  }
  return ids;
}

std::vector<Scope> ResourceStore::groups_in(const std::string& subscription) const {
  std::vector<Scope> scopes = groups_.in(subscription);
  const pools::PoolName& own = catalog_.default_pool().id;
  const Scope own_group{own.subscription, own.resource_group};
  if (iequals(own.subscription, subscription) && !contains(scopes, own_group)) {
    scopes.insert(scopes.begin(), own_group);
  }
  for (const ResourceId& pool : session_pools_.in({subscription})) {
    const Scope group = scope_of(pool.scope);
    if (!contains(scopes, group)) scopes.push_back(group);
  }
  return scopes;
}

bool ResourceStore::has_group(const Scope& scope) const {
  return groups_.has(scope) || contains(groups_in(scope.subscription), scope);
}

ArmResult<void> ResourceStore::require(const Scope& scope) const {
  const std::vector<std::string> known = subscriptions();
  const bool has_subscription = std::any_of(known.begin(), known.end(), [&](const std::string& id) {
    return iequals(id, scope.subscription);
  });
  if (!has_subscription) return subscription_not_found(scope.subscription, own_subscription());
  if (scope.group.empty() || has_group(scope)) return {};
  return resource_group_not_found(scope.group);
}

Resource ResourceStore::show_group(const Scope& scope) const {
  return groups_.show(scope, catalog_.default_pool().location);
}

ArmResult<ResourceGroups::Written> ResourceStore::write_group(const Scope& scope,
                                                              const nlohmann::json& body,
                                                              bool is_patch) {
  if (const ArmResult<void> known = require({scope.subscription}); !known) return known.error();
  if (is_patch && !has_group(scope)) return resource_group_not_found(scope.group);
  const bool existed = has_group(scope);
  auto written = groups_.write(scope, body, catalog_.default_pool().location, is_patch);
  if (written) written->is_new = !existed;
  return written;
}

ArmResult<void> ResourceStore::require_group_of(const ResourceId& id) const {
  const Scope scope = scope_of(id.scope);
  if (id.is_a(kSessionPools) && scope.group.empty()) {
    return ArmError{404,
                    "InvalidResourceType",
                    "The resource type 'sessionPools' is deployed to a resource group.",
                    {}};
  }
  return require(scope);
}

ArmResult<ResourceStore::Put> ResourceStore::put_resource(const ResourceId& id,
                                                          const std::string& api_version,
                                                          const nlohmann::json& body,
                                                          const Caller& caller) {
  if (const ArmResult<void> good = check_resource(id, api_version, body); !good) {
    return good.error();
  }
  if (id.is_a(kSessionPools)) {
    const ArmResult<const ArmVersion*> version = find_arm_version(api_version);
    if (!version) return version.error();
    auto written = session_pools_.write(id, **version, body, PoolWrite::create, caller,
                                        Provisioning::succeeded);
    if (!written) return written.error();
    return Put{std::move(written->resource), written->is_new, std::move(written->ignored)};
  }
  if (id.is_a(kResourceGroups)) {
    auto written = write_group({scope_of(id.scope).subscription, id.name}, body, false);
    if (!written) return written.error();
    return Put{std::move(written->resource), written->is_new};
  }
  auto created = role_assignments_.create(id, body, caller, now());
  if (!created) return created.error();
  return Put{*std::move(created), true};
}

ArmResult<void> ResourceStore::check_resource(const ResourceId& id, const std::string& api_version,
                                              const nlohmann::json& body,
                                              bool group_will_exist) const {
  if (!group_will_exist) {
    if (const ArmResult<void> known = require_group_of(id); !known) return known.error();
  }
  if (id.is_a(kSessionPools)) {
    const ArmResult<const ArmVersion*> version = find_arm_version(api_version);
    if (!version) return version.error();
    return session_pools_.check(id, body, PoolWrite::create);
  }
  if (id.is_a(kResourceGroups)) {
    return groups_.check({scope_of(id.scope).subscription, id.name}, body);
  }
  if (id.is_a(kRoleAssignments)) return role_assignments_.check(id, body);
  return unknown_type(id.type);
}

ArmResult<Resource> ResourceStore::get_resource(const ResourceId& id,
                                                const std::string& api_version,
                                                const Caller& caller) const {
  if (id.is_a(kResourceGroups)) {
    const Scope scope{scope_of(id.scope).subscription, id.name};
    if (const ArmResult<void> known = require(scope); !known) return known.error();
    return show_group(scope);
  }
  if (const ArmResult<void> known = require_group_of(id); !known) return known.error();
  if (id.is_a(kSessionPools)) {
    const ArmResult<const ArmVersion*> version = find_arm_version(api_version);
    if (!version) return version.error();
    return session_pools_.get(id, **version, caller);
  }
  if (id.is_a(kRoleAssignments)) return role_assignments_.get(id);
  return unknown_type(id.type);
}

ArmResult<void> ResourceStore::check_removal(const ResourceId& id) const {
  if (id.is_a(kSessionPools)) return session_pools_.check_removal(id);
  const pools::PoolName& own = catalog_.default_pool().id;
  const bool is_own_group = id.is_a(kResourceGroups) && iequals(id.name, own.resource_group) &&
                            iequals(scope_of(id.scope).subscription, own.subscription);
  if (!is_own_group) return {};
  return conflict("The resource group '" + id.name + "' cannot be deleted.",
                  "the default session pool of the emulator is in it");
}

ArmResult<ResourceStore::Removal> ResourceStore::begin_removal(const ResourceId& id) {
  if (const ArmResult<void> allowed = check_removal(id); !allowed) return allowed.error();
  if (id.is_a(kResourceGroups)) {
    return remove_group({scope_of(id.scope).subscription, id.name});
  }
  if (id.is_a(kSessionPools)) {
    role_assignments_.remove_within(id.key());
    auto ending = session_pools_.take({id});
    const bool existed = !ending.empty();
    return Removal{existed, std::move(ending)};
  }
  if (id.is_a(kRoleAssignments)) return Removal{role_assignments_.remove(id).has_value()};
  return unknown_type(id.type);
}

ResourceStore::Removal ResourceStore::remove_group(const Scope& scope) {
  if (!has_group(scope)) return {};
  groups_.remove(scope);
  role_assignments_.remove_within(scope.key());
  deployments_.remove_within(scope);
  return {true, session_pools_.take(session_pools_.in(scope))};
}

asio::awaitable<void> ResourceStore::finish_removal(Removal removal) {
  return session_pools_.end(std::move(removal.ending));
}

std::vector<ResourceId> ResourceStore::list_resources(const Scope& scope) const {
  return session_pools_.in(scope);
}

auth::RoleRights ResourceStore::rights_on(const pools::PoolName& pool,
                                          const std::vector<std::string>& principals) const {
  if (session_pools_.has_created(principals, pool)) return {.is_executor = true};
  return role_assignments_.rights_on(boost::algorithm::to_lower_copy(id_of(pool).text()),
                                     principals);
}

}  // namespace dynsessions::surfaces::control_plane
