#include "emulator/config/pool_list.h"

#include <algorithm>
#include <string>

#include <nlohmann/json.hpp>

#include "emulator/config/config.h"
#include "emulator/pools/pool_members.h"

namespace dynsessions::config {
namespace {

/// "pools[1] `reports`", or without the name if the entry has none that can be shown.
std::string place_of(std::size_t index, const nlohmann::json& entry) {
  std::string place = "pools[" + std::to_string(index) + "]";
  if (entry.is_object() && entry.contains("name") && entry["name"].is_string()) {
    place += " `" + entry["name"].get<std::string>() + "`";
  }
  return place;
}

pools::PoolDefinition parse_pool(const nlohmann::json& entry,
                                 const pools::PoolDefinition& default_pool) {
  if (!entry.is_object()) throw ConfigError("expected an object, such as {\"name\": \"reports\"}");
  if (!entry.contains("name")) throw ConfigError("name: a pool needs one");
  const auto pool = pools::with_members(default_pool, entry);
  if (!pool) throw ConfigError(pool.error().message);
  return *pool;
}

}  // namespace

std::vector<pools::PoolDefinition> parse_pools(const nlohmann::json& list,
                                               const pools::PoolDefinition& default_pool) {
  if (!list.is_array()) throw ConfigError("pools: expected an array of objects");
  std::vector<pools::PoolDefinition> pools;
  for (const nlohmann::json& entry : list) {
    const std::string place = place_of(pools.size(), entry);
    try {
      pools::PoolDefinition pool = parse_pool(entry, default_pool);
      const auto same = std::find_if(
          pools.begin(), pools.end(),
          [&pool](const pools::PoolDefinition& other) { return other.id.key() == pool.id.key(); });
      if (same != pools.end()) {
        throw ConfigError("name: pools[" + std::to_string(same - pools.begin()) +
                          "] has the same name, resource group and subscription");
      }
      pools.push_back(std::move(pool));
    } catch (const ConfigError& error) {
      throw ConfigError(place + (entry.is_object() ? ", " : ": ") + error.what());
    }
  }
  return pools;
}

std::vector<pools::PoolDefinition> declared_pools(const Config& config) {
  std::vector<pools::PoolDefinition> declared{config.pool};
  for (const pools::PoolDefinition& pool : config.pools) {
    if (pool.id.key() == config.pool.id.key()) {
      declared.front() = pool;
    } else {
      declared.push_back(pool);
    }
  }
  return declared;
}

}  // namespace dynsessions::config
