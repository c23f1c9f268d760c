#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <nlohmann/json_fwd.hpp>

#include "emulator/pools/pool_catalog.h"
#include "emulator/surfaces/control_plane/pool_body.h"
#include "emulator/surfaces/control_plane/pool_json.h"
#include "emulator/surfaces/control_plane/resource_id.h"

namespace dynsessions::surfaces::control_plane {

/// `Microsoft.App/sessionPools`: the declared pools of the catalog as resources. The catalog has
/// the definition of a pool; this class stores the members that only ARM has, as long as the pool
/// exists. Pools that exist because a request named them are not resources. Event-loop thread only.
class SessionPools {
 public:
  /// `catalog` outlives this.
  SessionPools(pools::PoolCatalog& catalog, PoolRules rules);

  struct Written {
    Resource resource;
    bool is_new = false;
    std::vector<std::string> ignored;  ///< members that the service accepts and ignores
  };

  /// Declares the pool, or changes it for later sessions. On an error nothing is changed.
  [[nodiscard]] ArmResult<Written> write(const ResourceId& id, const ArmVersion& version,
                                         const nlohmann::json& body, PoolWrite write,
                                         const Caller& caller, Provisioning shown);
  /// Returns the error that write() would return, without changing anything.
  [[nodiscard]] ArmResult<void> check(const ResourceId& id, const nlohmann::json& body,
                                      PoolWrite write) const;

  [[nodiscard]] ArmResult<Resource> get(const ResourceId& id, const ArmVersion& version,
                                        const Caller& caller) const;
  [[nodiscard]] bool exists(const ResourceId& id) const { return find(id) != nullptr; }
  /// Returns 409 for the default pool, which the server needs.
  [[nodiscard]] ArmResult<void> check_removal(const ResourceId& id) const;
  /// Removes the pools that exist. Their names are refused until they are created again. end() must
  /// be awaited with the result; it returns when their sessions have ended.
  [[nodiscard]] std::vector<std::shared_ptr<pools::Pool>> take(const std::vector<ResourceId>& ids);
  boost::asio::awaitable<void> end(std::vector<std::shared_ptr<pools::Pool>> taken);

  /// Ids of the pools in a group, or in a subscription.
  [[nodiscard]] std::vector<ResourceId> in(const Scope& scope) const;

  /// The same, oldest first, as lists have them (recorded).
  [[nodiscard]] std::vector<ResourceId> by_age(const Scope& scope) const;

  /// The envelope of a pool that exists, for lists of resources.
  [[nodiscard]] PoolEnvelope envelope_of(const ResourceId& id) const;
  /// Whether Azure answers a change of the pool with an operation to poll, as for custom
  /// containers (recorded). `body` counts if there is no pool yet.
  [[nodiscard]] bool is_long_running(const ResourceId& id, const nlohmann::json& body) const;
  [[nodiscard]] std::string location_of(const ResourceId& id) const;
  [[nodiscard]] bool has_created(const std::vector<std::string>& principals,
                                 const pools::PoolName& pool) const;

 private:
  struct Record {
    std::weak_ptr<pools::Pool> pool;  ///< a later pool of the same name has a separate record
    PoolEnvelope envelope;
  };

  [[nodiscard]] pools::Pool* find(const ResourceId& id) const;
  [[nodiscard]] PoolEnvelope envelope_of(pools::Pool& pool) const;
  [[nodiscard]] ArmResult<PoolState> wanted_state(const ResourceId& id, const nlohmann::json& body,
                                                  PoolWrite write) const;
  [[nodiscard]] ArmResult<void> check_location(const pools::Pool& pool,
                                               const pools::PoolDefinition& wanted) const;
  void forget_old_records();

  pools::PoolCatalog& catalog_;
  const PoolRules rules_;
  const TimePoint started_;
  std::map<std::string, Record> records_;  ///< keyed by PoolName::key()
};

}  // namespace dynsessions::surfaces::control_plane
