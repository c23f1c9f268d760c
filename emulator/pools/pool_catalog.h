#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "emulator/pools/pool.h"
#include "emulator/pools/undeclared_pools.h"

namespace dynsessions::pools {

/// All pools by name. A pool is declared (put()), or made on first use with the definition of the
/// default pool. Pools share no sessions, so that parallel tests with different pools do not meet.
/// Event-loop thread only. Await stop() before destroying the catalog.
class PoolCatalog {
 public:
  enum class Origin { declared, first_use };
  /// Whether the name of a removed pool can be used again.
  enum class Name {
    free,    ///< the next use makes a new pool
    closed,  ///< requests are refused until the pool is declared again, as in Azure
  };
  /// Makes what a pool of that definition needs; `invalid_request` with the member in `target` if
  /// this machine cannot provide it.
  using MakeParts = std::function<Result<Pool::Parts>(const PoolDefinition& definition, Origin)>;

  /// `clock` is the server's clock, for everything that belongs to no pool. It outlives the
  /// catalog.
  PoolCatalog(PoolDefinition default_pool, AdjustableClock& clock, MakeParts make_parts,
              UndeclaredPools undeclared = UndeclaredPools::made);
  PoolCatalog(const PoolCatalog&) = delete;
  PoolCatalog& operator=(const PoolCatalog&) = delete;

  /// Declares a pool, or changes the one of that name: later sessions follow the new definition,
  /// those that exist stay as they are. `invalid_request` with the member in `target` if the
  /// definition contradicts itself, cannot be provided here, or changes the container type. On an
  /// error nothing is changed.
  [[nodiscard]] Result<Pool*> put(const PoolDefinition& definition);

  /// Gives every pool new parts, as put() does for a changed definition, because the parts that are
  /// made now differ from those of the pool. On an error, the remaining pools keep their parts.
  [[nodiscard]] Result<void> renew();

  /// Returns the pool of that name, and makes it if there is none. Returns the error of
  /// check_name(), or `pool_exhausted` if 10,000 pools exist, because names come from the network.
  [[nodiscard]] Result<Pool*> find_or_create(const PoolName& name);

  /// Returns `pool_not_found` if requests for this pool are refused: its name is closed, or pools
  /// must be declared. The reason says which, and the cure.
  [[nodiscard]] Result<void> check_name(const PoolName& name) const;
  /// Opens the name again, or every name.
  void reopen(const PoolName& name) { closed_.erase(name.key()); }
  void reopen_all() { closed_.clear(); }

  /// The definition of the pool of that name; if there is none, that of the default pool, with
  /// which find_or_create() would make it. Valid until the pool is changed.
  [[nodiscard]] const PoolDefinition& definition_of(const PoolName& name) const;

  /// Null if there is no pool of that name.
  [[nodiscard]] Pool* find(const PoolName& name) const;
  [[nodiscard]] const PoolDefinition& default_pool() const { return default_pool_; }

  /// The clock of the pool of that name, or the server's if there is none.
  [[nodiscard]] AdjustableClock& clock_of(const PoolName& name) const;
  [[nodiscard]] AdjustableClock& server_clock() const { return clock_; }

  /// Removes the pool at once, and returns when its sessions have ended. Returns false if there is
  /// no such pool. `name` must not be the default pool's.
  boost::asio::awaitable<bool> remove(PoolName name);

  /// The two halves of remove(), for callers that remove several pools at once. take() returns
  /// nullptr if there is no such pool; end() must be awaited for every pool that it returned.
  [[nodiscard]] std::shared_ptr<Pool> take(const PoolName& name, Name afterwards);
  boost::asio::awaitable<void> end(std::shared_ptr<Pool> pool);

  /// Every pool, ordered by key.
  [[nodiscard]] std::vector<Pool*> all() const;

  boost::asio::awaitable<void> stop();

 private:
  [[nodiscard]] Result<Pool*> make(const PoolDefinition& definition, Origin origin);
  /// Names come from the network, so the number of closed ones is bounded.
  void close(std::string key);

  const PoolDefinition default_pool_;
  AdjustableClock& clock_;
  const MakeParts make_parts_;
  const UndeclaredPools undeclared_;
  std::map<std::string, std::shared_ptr<Pool>> pools_;
  std::set<std::string> closed_;  ///< keys of names
  /// Removed pools whose sessions have not ended yet; shared with end().
  std::list<std::shared_ptr<Pool>> removed_;
};

}  // namespace dynsessions::pools
