#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "emulator/pools/session_pool.h"

namespace dynsessions::pools {

/// Which pool a request is about. Azure compares these names without regard to case.
struct PoolName {
  std::string subscription;
  std::string resource_group;
  std::string name;

  /// All three in lower case: the key.
  [[nodiscard]] std::string key() const;
};

/// All pools. A pool exists from its first use, with the default settings; its sessions are its
/// own, so that parallel tests that use different pools do not meet.
class PoolCatalog {
 public:
  using MakePool = std::function<std::unique_ptr<SessionPool>(const PoolName&)>;

  explicit PoolCatalog(MakePool make_pool) : make_pool_(std::move(make_pool)) {}
  PoolCatalog(const PoolCatalog&) = delete;
  PoolCatalog& operator=(const PoolCatalog&) = delete;

  /// `pool_exhausted` when an absurd number of pools exists already: names come from the network.
  [[nodiscard]] Result<SessionPool*> find_or_create(const PoolName& name);

  boost::asio::awaitable<void> stop();

  [[nodiscard]] std::size_t pool_count() const noexcept { return pools_.size(); }
  [[nodiscard]] std::size_t session_count() const;

 private:
  const MakePool make_pool_;
  std::map<std::string, std::unique_ptr<SessionPool>> pools_;
};

}  // namespace dynsessions::pools
