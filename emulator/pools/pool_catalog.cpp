#include "emulator/pools/pool_catalog.h"

#include <utility>

#include "emulator/pools/pool_members.h"

namespace dynsessions::pools {
namespace asio = boost::asio;

namespace {

constexpr std::size_t kMaxPools = 10'000;

constexpr const char* kDeleted =
    "the pool was deleted through Azure Resource Manager: create it there again, or reset the "
    "server (`dynsessions reset`)";
constexpr const char* kUndeclared =
    "the server runs with --pools declared: declare the pool in the config file, with "
    "`dynsessions pool put`, or through Azure Resource Manager";

Error container_type_is_fixed() {
  const std::string member(members::kContainerType.name);
  return {ErrorCode::invalid_request, member + ": the container type of a pool cannot be changed",
          member, "delete the pool and create it with the other type"};
}

}  // namespace

PoolCatalog::PoolCatalog(PoolDefinition default_pool, AdjustableClock& clock, MakeParts make_parts,
                         UndeclaredPools undeclared)
    : default_pool_(std::move(default_pool)),
      clock_(clock),
      make_parts_(std::move(make_parts)),
      undeclared_(undeclared) {}

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
  if (origin == Origin::declared) pool->declare();
  return pools_.emplace(definition.id.key(), std::move(pool)).first->second.get();
}

Result<Pool*> PoolCatalog::put(const PoolDefinition& definition) {
  if (Result<void> valid = validate(definition); !valid) return valid.error();
  const auto found = pools_.find(definition.id.key());
  if (found == pools_.end()) {
    Result<Pool*> made = make(definition, Origin::declared);
    if (made) reopen(definition.id);
    return made;
  }
  Pool& pool = *found->second;
  if (pool.definition() == definition) {
    pool.declare();
    return &pool;
  }
  if (pool.definition().container_type != definition.container_type) {
    return container_type_is_fixed();
  }
  Result<Pool::Parts> parts = make_parts_(definition, Origin::declared);
  if (!parts) return parts.error();
  pool.change(definition, *std::move(parts));
  pool.declare();
  return &pool;
}

Result<void> PoolCatalog::renew() {
  for (const auto& [key, pool] : pools_) {
    const PoolDefinition definition = pool->definition();
    const Origin origin = pool->is_declared() ? Origin::declared : Origin::first_use;
    Result<Pool::Parts> parts = make_parts_(definition, origin);
    if (!parts) return parts.error();
    pool->change(definition, *std::move(parts));
  }
  return {};
}

Result<Pool*> PoolCatalog::find_or_create(const PoolName& name) {
  const auto found = pools_.find(name.key());
  if (found != pools_.end()) return found->second.get();
  if (Result<void> allowed = check_name(name); !allowed) return allowed.error();
  PoolDefinition definition = default_pool_;
  definition.id = name;
  return make(definition, Origin::first_use);
}

Result<void> PoolCatalog::check_name(const PoolName& name) const {
  if (undeclared_ == UndeclaredPools::made && closed_.empty()) return {};
  const std::string key = name.key();
  if (pools_.find(key) != pools_.end()) return {};
  const bool is_closed = closed_.find(key) != closed_.end();
  if (!is_closed && undeclared_ == UndeclaredPools::made) return {};
  return Error{ErrorCode::pool_not_found, "The session pool " + name.name + " does not exist.",
               "pool", is_closed ? kDeleted : kUndeclared};
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

void PoolCatalog::close(std::string key) {
  if (closed_.size() >= kMaxPools) closed_.erase(closed_.begin());
  closed_.insert(std::move(key));
}

std::shared_ptr<Pool> PoolCatalog::take(const PoolName& name, Name afterwards) {
  auto node = pools_.extract(name.key());
  if (node.empty()) return nullptr;
  if (afterwards == Name::closed) close(node.key());
  const std::shared_ptr<Pool> pool = std::move(node.mapped());
  removed_.push_back(pool);
  return pool;
}

asio::awaitable<void> PoolCatalog::end(std::shared_ptr<Pool> pool) {
  co_await pool->sessions().stop();
  co_await pool->sessions().until_unused();
  removed_.remove(pool);
}

asio::awaitable<bool> PoolCatalog::remove(PoolName name) {
  std::shared_ptr<Pool> pool = take(name, Name::free);
  if (!pool) co_return false;
  co_await end(std::move(pool));
  co_return true;
}

std::vector<Pool*> PoolCatalog::all() const {
  std::vector<Pool*> pools;
  pools.reserve(pools_.size());
  for (const auto& [key, pool] : pools_) pools.push_back(pool.get());
  return pools;
}

asio::awaitable<void> PoolCatalog::stop() {
  const auto removed = removed_;  // remove() can change the list in the meantime
  for (const auto& pool : removed) co_await pool->sessions().stop();
  for (const auto& [key, pool] : pools_) co_await pool->sessions().stop();
}

}  // namespace dynsessions::pools
