#include "emulator/pools/pool_catalog.h"

#include <boost/algorithm/string/case_conv.hpp>

namespace dynsessions::pools {
namespace asio = boost::asio;

namespace {
constexpr std::size_t kMostPools = 10'000;
}

std::string PoolName::key() const {
  return boost::algorithm::to_lower_copy(subscription + '/' + resource_group + '/' + name);
}

Result<SessionPool*> PoolCatalog::find_or_create(const PoolName& name) {
  const std::string key = name.key();
  if (const auto found = pools_.find(key); found != pools_.end()) return found->second.get();
  if (pools_.size() >= kMostPools) {
    return Error{ErrorCode::pool_exhausted,
                 "The emulator has " + std::to_string(kMostPools) + " session pools already.",
                 {},
                 {}};
  }
  return pools_.emplace(key, make_pool_(name)).first->second.get();
}

std::size_t PoolCatalog::session_count() const {
  std::size_t count = 0;
  for (const auto& [key, pool] : pools_) count += pool->size();
  return count;
}

asio::awaitable<void> PoolCatalog::stop() {
  for (const auto& [key, pool] : pools_) co_await pool->stop();
}

}  // namespace dynsessions::pools
