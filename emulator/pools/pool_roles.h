#pragma once

#include <string>
#include <vector>

#include "emulator/auth/token_check.h"
#include "emulator/pools/pool_definition.h"

namespace dynsessions::pools {

/// Principals that role assignments allow to use the sessions of a pool; tokens do not state them.
class PoolRoles {
 public:
  PoolRoles() = default;
  PoolRoles(const PoolRoles&) = delete;
  PoolRoles& operator=(const PoolRoles&) = delete;
  virtual ~PoolRoles() = default;

  [[nodiscard]] virtual auth::RoleRights rights_on(
      const PoolName& pool, const std::vector<std::string>& principals) const = 0;
};

}  // namespace dynsessions::pools
