#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "emulator/pools/pool.h"

namespace dynsessions::pools {

/// All pools by name. A pool is declared (put()), or made on first use with the definition of the
/// default pool. Pools share no sessions, so that parallel tests with different pools do not meet.
/// Event-loop thread only. Await stop() before destroying the catalog.
class PoolCatalog {
 public:
  enum class Origin { declared, first_use };
  /// Makes what a pool of that definition needs; `invalid_request` with the member in `target` if
  /// this machine cannot provide it.
  using MakeParts = std::function<Result<Pool::Parts>(const PoolDefinition& definition, Origin)>;

  PoolCatalog(PoolDefinition default_pool, MakeParts make_parts);
  PoolCatalog(const PoolCatalog&) = delete;
  PoolCatalog& operator=(const PoolCatalog&) = delete;

  /// Declares a pool, or changes the one of that name: later sessions follow the new definition,
  /// those that exist stay as they are. `invalid_request` with the member in `target` if the
  /// definition contradicts itself, cannot be provided here, or changes the container type. On an
  /// error nothing is changed.
  [[nodiscard]] Result<Pool*> put(const PoolDefinition& definition);

  /// The pool of that name, made if there is none. `pool_exhausted` if 10,000 pools exist: names
  /// come from the network.
  [[nodiscard]] Result<Pool*> find_or_create(const PoolName& name);

  /// The definition of the pool of that name; if there is none, that of the default pool, with
  /// which find_or_create() would make it. Valid until the pool is changed.
  [[nodiscard]] const PoolDefinition& definition_of(const PoolName& name) const;

  /// Every pool, ordered by key.
  [[nodiscard]] std::vector<Pool*> all() const;
  [[nodiscard]] std::size_t pool_count() const noexcept { return pools_.size(); }
  [[nodiscard]] std::size_t session_count() const;

  boost::asio::awaitable<void> stop();

 private:
  [[nodiscard]] Result<Pool*> make(const PoolDefinition& definition, Origin origin);

  const PoolDefinition default_pool_;
  const MakeParts make_parts_;
  std::map<std::string, std::unique_ptr<Pool>> pools_;
};

}  // namespace dynsessions::pools
