#pragma once

#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "emulator/config/config.h"

namespace dynsessions::config {

/// The pools of the config file's `"pools"`: an array of objects with the members of
/// pools/pool_members.h, of which only `name` is required. A member that is absent is that of the
/// default pool. Throws ConfigError, which names the pool and the member: not an array of objects,
/// no name, the name of an earlier pool, or a definition that with_members() refuses.
[[nodiscard]] std::vector<pools::PoolDefinition> parse_pools(
    const nlohmann::json& list, const pools::PoolDefinition& default_pool);

/// All pools to declare: the default pool, as redefined by the config file if it does so, then the
/// others.
[[nodiscard]] std::vector<pools::PoolDefinition> declared_pools(const Config& config);

}  // namespace dynsessions::config
