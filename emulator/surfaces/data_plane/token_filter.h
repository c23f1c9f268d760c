#pragma once

#include <utility>

#include "emulator/auth/token_check.h"
#include "emulator/http/filter.h"
#include "emulator/pools/pool_catalog.h"
#include "emulator/pools/pool_roles.h"

namespace dynsessions::surfaces::data_plane {

/// Refuses requests without a bearer token that is usable for their pool, and notes in the
/// Exchange the principal of a valid one.
class TokenFilter final : public http::Filter {
 public:
  /// `policy` applies to all pools, except its rule, which comes from each pool's definition.
  /// `pools` and `roles` outlive the filter; `roles` can be null.
  TokenFilter(auth::TokenPolicy policy, const pools::PoolCatalog& pools,
              const pools::PoolRoles* roles = nullptr)
      : policy_(std::move(policy)), pools_(pools), roles_(roles) {}

  [[nodiscard]] boost::asio::awaitable<http::Answer> handle(http::Call& call,
                                                            http::Next next) override;

 private:
  auth::TokenPolicy policy_;  ///< its rule is set for each request
  const pools::PoolCatalog& pools_;
  const pools::PoolRoles* const roles_;
};

}  // namespace dynsessions::surfaces::data_plane
