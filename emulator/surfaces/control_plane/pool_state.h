#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "emulator/pools/pool_definition.h"
#include "emulator/surfaces/control_plane/caller.h"
#include "emulator/surfaces/control_plane/container_settings.h"

namespace dynsessions::surfaces::control_plane {

using TimePoint = std::chrono::system_clock::time_point;
using Tags = std::map<std::string, std::string>;

/// A managed identity that the envelope of a pool names. The emulator keeps and shows it; no
/// program can get a token for it.
struct ManagedIdentity {
  struct User {
    std::string principal_id;
    std::string client_id;
    bool operator==(const User&) const = default;
  };
  bool system = false;
  std::string principal_id = {};           ///< of the system's
  std::string tenant_id = {};              ///< of the system's
  std::map<std::string, User> users = {};  ///< keyed by resource id
  [[nodiscard]] bool is_none() const { return !system && users.empty(); }
  bool operator==(const ManagedIdentity&) const = default;
};

/// `systemData`.
struct Authorship {
  std::string created_by;
  std::string created_by_type;
  TimePoint created_at;
  std::string modified_by;
  std::string modified_by_type;
  TimePoint modified_at;

  void create(const Caller& caller, TimePoint now);
  void modify(const Caller& caller, TimePoint now);
};

/// The members of a pool in ARM that are not in its definition.
struct PoolEnvelope {
  Tags tags = {};
  ManagedIdentity identity = {};
  std::vector<std::string> secrets = {};  ///< names; the values are not kept
  /// Principals that can use the pool's sessions because they created it.
  std::vector<std::string> creators = {};
  ContainerSettings container = {};  ///< used by pools of custom containers only
  Authorship authorship = {};
};

/// The state of a pool after a request.
struct PoolState {
  pools::PoolDefinition definition;
  PoolEnvelope envelope = {};
  /// Members of the body that Azure accepts and ignores.
  std::vector<std::string> ignored = {};
};

}  // namespace dynsessions::surfaces::control_plane
