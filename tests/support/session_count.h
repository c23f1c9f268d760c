#pragma once

#include <cstddef>

#include "emulator/pools/pool_catalog.h"

namespace dynsessions::pools {

/// The number of sessions of all pools.
inline std::size_t session_count(const PoolCatalog& catalog) {
  std::size_t count = 0;
  for (Pool* pool : catalog.all()) count += pool->sessions().size();
  return count;
}

}  // namespace dynsessions::pools
