#pragma once

namespace dynsessions::pools {

/// What happens to a pool that a request names and nobody declared (`--pools`).
enum class UndeclaredPools {
  made,     ///< it is made, with the definition of the default pool
  refused,  ///< `pool_not_found`
};

}  // namespace dynsessions::pools
