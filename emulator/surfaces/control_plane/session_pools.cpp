#include "emulator/surfaces/control_plane/session_pools.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "emulator/http/text.h"
#include "emulator/surfaces/control_plane/regions.h"

namespace dynsessions::surfaces::control_plane {
namespace asio = boost::asio;

using pools::Pool;
using pools::PoolCatalog;

namespace {

constexpr std::size_t kShortestName = 3;
constexpr std::size_t kLongestPoolName = 63;

/// CONTROL-PLANE.md section 1.2: the specified pattern lacks the hyphens that real pools have.
bool is_pool_name(std::string_view name) {
  const auto is_letter = [](unsigned char c) { return std::islower(c) != 0; };
  const auto is_good = [](unsigned char c) {
    return std::islower(c) != 0 || std::isdigit(c) != 0 || c == '-';
  };
  return name.size() >= kShortestName && name.size() <= kLongestPoolName &&
         is_letter(name.front()) && !name.ends_with('-') &&
         std::all_of(name.begin(), name.end(), is_good);
}

ArmError bad_name(const std::string& name) {
  return {400, "InvalidResourceName",
          "The name '" + name +
              "' is not one of a session pool. A name has 3 to 63 lower-case letters, digits and "
              "hyphens, begins with a letter and does not end with a hyphen.",
          "name"};
}

ArmError pool_not_found(const ResourceId& id) {
  return resource_not_found("Microsoft.App/sessionPools/" + id.name, scope_of(id.scope).group);
}

}  // namespace

SessionPools::SessionPools(PoolCatalog& catalog, PoolRules rules)
    : catalog_(catalog), rules_(rules), started_(catalog.server_clock().now()) {}

Pool* SessionPools::find(const ResourceId& id) const {
  Pool* const pool = catalog_.find(pool_name_of(id));
  return pool != nullptr && pool->is_declared() ? pool : nullptr;
}

PoolEnvelope SessionPools::envelope_of(Pool& pool) const {
  const auto found = records_.find(pool.definition().id.key());
  if (found != records_.end() && found->second.pool.lock().get() == &pool) {
    return found->second.envelope;
  }
  PoolEnvelope envelope;  // declared by options, the config file or the admin API
  const Caller emulator{.arm = {}, .principals = {"dynsessions"}};
  envelope.authorship.create(emulator, started_);
  return envelope;
}

PoolEnvelope SessionPools::envelope_of(const ResourceId& id) const {
  Pool* const pool = find(id);
  return pool == nullptr ? PoolEnvelope() : envelope_of(*pool);
}

bool SessionPools::is_long_running(const ResourceId& id, const nlohmann::json& body) const {
  Pool* const pool = find(id);
  if (pool != nullptr) return !pool->definition().can_run();
  return names_container_pool(body);
}

std::string SessionPools::location_of(const ResourceId& id) const {
  Pool* const pool = find(id);
  return pool == nullptr ? "" : pool->definition().location;
}

ArmResult<void> SessionPools::check_location(const Pool& pool,
                                             const pools::PoolDefinition& wanted) const {
  const std::string& current = pool.definition().location;
  const bool stays = region_name(current) == region_name(wanted.location);
  if (stays || !region_display_name(current)) return {};
  return ArmError{409, "InvalidResourceLocation",
                  "The resource '" + wanted.id.name + "' already exists in location '" + current +
                      "' in resource group '" + wanted.id.resource_group +
                      "'. A resource with the same name cannot be created in location '" +
                      wanted.location + "'. Please select a new resource name.",
                  "location"};
}

ArmResult<PoolState> SessionPools::wanted_state(const ResourceId& id, const nlohmann::json& body,
                                                PoolWrite write) const {
  Pool* const pool = find(id);
  if (pool == nullptr && write == PoolWrite::update) return pool_not_found(id);
  if (pool == nullptr && !is_pool_name(id.name)) return bad_name(id.name);
  PoolState base;
  base.definition = catalog_.default_pool();
  if (pool != nullptr) {
    base.envelope = envelope_of(*pool);
    // A PUT replaces everything for which ARM has members; other limits stay.
    const pools::PoolDefinition usual = std::move(base.definition);
    base.definition = pool->definition();
    if (write == PoolWrite::create) {
      base.definition.max_sessions = usual.max_sessions;
      base.definition.cooldown_period = usual.cooldown_period;
      base.definition.network_status = usual.network_status;
    }
  } else {
    base.definition.id = pool_name_of(id);
  }
  ArmResult<PoolState> wanted = with_body(std::move(base), body, write, rules_);
  if (!wanted || pool == nullptr) return wanted;
  if (const ArmResult<void> located = check_location(*pool, wanted->definition); !located) {
    return located.error();
  }
  return wanted;
}

ArmResult<void> SessionPools::check(const ResourceId& id, const nlohmann::json& body,
                                    PoolWrite write) const {
  const ArmResult<PoolState> wanted = wanted_state(id, body, write);
  if (!wanted) return wanted.error();
  return {};
}

ArmResult<SessionPools::Written> SessionPools::write(const ResourceId& id,
                                                     const ArmVersion& version,
                                                     const nlohmann::json& body, PoolWrite write,
                                                     const Caller& caller, Provisioning shown) {
  const bool is_new = !exists(id);
  ArmResult<PoolState> wanted = wanted_state(id, body, write);
  if (!wanted) return wanted.error();
  const Result<Pool*> pool = catalog_.put(wanted->definition);
  if (!pool) return arm_error(pool.error());
  PoolEnvelope& envelope = wanted->envelope;
  const TimePoint now = catalog_.server_clock().now();
  if (is_new) {
    envelope.authorship.create(caller, now);
    envelope.creators = caller.principals;
  } else {
    envelope.authorship.modify(caller, now);
  }
  // While the operation is in progress, a pool of containers still runs its former template.
  std::optional<ActiveTemplate> active;
  if (!wanted->definition.can_run()) active = ActiveTemplate{envelope.container.wanted, now};
  PoolEnvelope in_answer = envelope;
  if (shown == Provisioning::succeeded) in_answer.container.active = active;
  envelope.container.active = std::move(active);
  forget_old_records();
  records_[wanted->definition.id.key()] = {(*pool)->weak_from_this(), envelope};
  const PoolView view = write == PoolWrite::create ? PoolView::of_put : PoolView::of_get;
  return Written{show_pool((*pool)->definition(), in_answer, version, caller, view, shown), is_new,
                 std::move(wanted->ignored)};
}

/// Removes records of deleted pools. The number of pools is bounded, so the number of records is
/// too.
void SessionPools::forget_old_records() {
  std::erase_if(records_, [](const auto& entry) { return entry.second.pool.expired(); });
}

ArmResult<Resource> SessionPools::get(const ResourceId& id, const ArmVersion& version,
                                      const Caller& caller) const {
  Pool* const pool = find(id);
  if (pool == nullptr) return pool_not_found(id);
  return show_pool(pool->definition(), envelope_of(*pool), version, caller, PoolView::of_get);
}

ArmResult<void> SessionPools::check_removal(const ResourceId& id) const {
  if (pool_name_of(id).key() != catalog_.default_pool().id.key()) return {};
  return conflict("The default session pool of the emulator cannot be deleted.",
                  "requests without a pool in their path are its own; `dynsessions reset` empties "
                  "it");
}

std::vector<std::shared_ptr<Pool>> SessionPools::take(const std::vector<ResourceId>& ids) {
  std::vector<std::shared_ptr<Pool>> taken;
  for (const ResourceId& id : ids) {
    if (!exists(id)) continue;
    const pools::PoolName name = pool_name_of(id);
    records_.erase(name.key());
    if (auto pool = catalog_.take(name, PoolCatalog::Name::closed))
      taken.push_back(std::move(pool));
  }
  return taken;
}

asio::awaitable<void> SessionPools::end(std::vector<std::shared_ptr<Pool>> taken) {
  for (const std::shared_ptr<Pool>& pool : taken) co_await catalog_.end(pool);
}

std::vector<ResourceId> SessionPools::in(const Scope& scope) const {
  std::vector<ResourceId> ids;
  for (Pool* const pool : catalog_.all()) {
    const pools::PoolName& name = pool->definition().id;
    const bool is_in = http::iequals(name.subscription, scope.subscription) &&
                       (scope.group.empty() || http::iequals(name.resource_group, scope.group));
    if (is_in && pool->is_declared()) ids.push_back(id_of(name));
  }
  return ids;
}

std::vector<ResourceId> SessionPools::by_age(const Scope& scope) const {
  std::vector<std::pair<TimePoint, ResourceId>> aged;
  for (ResourceId& id : in(scope)) {
    const TimePoint created = envelope_of(id).authorship.created_at;
    aged.emplace_back(created, std::move(id));
  }
  std::stable_sort(aged.begin(), aged.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<ResourceId> ids;
  for (auto& [created, id] : aged) ids.push_back(std::move(id));
  return ids;
}

bool SessionPools::has_created(const std::vector<std::string>& principals,
                               const pools::PoolName& pool) const {
  Pool* const existing = catalog_.find(pool);
  if (existing == nullptr) return false;
  const auto found = records_.find(existing->definition().id.key());
  if (found == records_.end() || found->second.pool.lock().get() != existing) return false;
  const auto& creators = found->second.envelope.creators;
  return std::any_of(principals.begin(), principals.end(), [&](const std::string& principal) {
    return std::find(creators.begin(), creators.end(), principal) != creators.end();
  });
}

}  // namespace dynsessions::surfaces::control_plane
