#include "emulator/pools/pool_catalog.h"

#include <utility>

#include "emulator/pools/pool_members.h"

namespace dynsessions::pools {
namespace asio = boost::asio;

namespace {

constexpr std::size_t kMaxPools = 10'000;

Error container_type_is_fixed() {
  const std::string member(members::kContainerType.name);
  return {ErrorCode::invalid_request, member + ": the container type of a pool cannot be changed",
          member, "delete the pool and create it with the other type"};
}

}  // namespace

PoolCatalog::PoolCatalog(PoolDefinition default_pool, AdjustableClock& clock, MakeParts make_parts)
    : default_pool_(std::move(default_pool)), clock_(clock), make_parts_(std::move(make_parts)) {}

Result<Pool*> PoolCatalog::make(const PoolDefinition& definition, Origin origin) {
  if (pools_.size() >= kMaxPools) {
    return Error{ErrorCode::pool_exhausted,
                 "The emulator has " + std::to_string(kMaxPools) + " session pools already.",
                 {},
                 {}};
  }
  Result<Pool::Parts> parts = make_parts_(definition, origin);
  if (!parts) return parts.error();
  auto pool = std::make_shared<Pool>(definition, *std::move(parts));
  return pools_.emplace(definition.id.key(), std::move(pool)).first->second.get();
}

Result<Pool*> PoolCatalog::put(const PoolDefinition& definition) {
  if (Result<void> valid = validate(definition); !valid) return valid.error();
  const auto found = pools_.find(definition.id.key());
  if (found == pools_.end()) return make(definition, Origin::declared);
  Pool& pool = *found->second;
  if (pool.definition() == definition) return &pool;
  if (pool.definition().container_type != definition.container_type) {
    return container_type_is_fixed();
  }
  Result<Pool::Parts> parts = make_parts_(definition, Origin::declared);
  if (!parts) return parts.error();
  pool.change(definition, *std::move(parts));
  return &pool;
}

Result<Pool*> PoolCatalog::find_or_create(const PoolName& name) {
  const auto found = pools_.find(name.key());
  if (found != pools_.end()) return found->second.get();
  PoolDefinition definition = default_pool_;
  definition.id = name;
  return make(definition, Origin::first_use);
}

const PoolDefinition& PoolCatalog::definition_of(const PoolName& name) const {
  const auto found = pools_.find(name.key());
  return found == pools_.end() ? default_pool_ : found->second->definition();
}

Pool* PoolCatalog::find(const PoolName& name) const {
  const auto found = pools_.find(name.key());
  return found == pools_.end() ? nullptr : found->second.get();
}

AdjustableClock& PoolCatalog::clock_of(const PoolName& name) const {
  Pool* const pool = find(name);
  return pool == nullptr ? clock_ : pool->clock();
}

asio::awaitable<bool> PoolCatalog::remove(PoolName name) {
  auto node = pools_.extract(name.key());
  if (node.empty()) co_return false;
  const std::shared_ptr<Pool> pool = std::move(node.mapped());
  removed_.push_back(pool);
  co_await pool->sessions().stop();
  co_await pool->sessions().unused();
  removed_.remove(pool);
  co_return true;
}

std::vector<Pool*> PoolCatalog::all() const {
  std::vector<Pool*> pools;
  pools.reserve(pools_.size());
  for (const auto& [key, pool] : pools_) pools.push_back(pool.get());
  return pools;
}

std::size_t PoolCatalog::session_count() const {
  std::size_t count = 0;
  for (const auto& [key, pool] : pools_) count += pool->sessions().size();
  return count;
}

asio::awaitable<void> PoolCatalog::stop() {
  const auto removed = removed_;  // remove() goes on in the meantime
  for (const auto& pool : removed) co_await pool->sessions().stop();
  for (const auto& [key, pool] : pools_) co_await pool->sessions().stop();
}

}  // namespace dynsessions::pools
