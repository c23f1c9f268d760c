#pragma once

namespace dynsessions::pools {

/// Answer to a request that names an undeclared pool (`--pools`).
enum class UndeclaredPools {
  made,     ///< it is made, with the definition of the default pool
  refused,  ///< `pool_not_found`
};

}  // namespace dynsessions::pools
