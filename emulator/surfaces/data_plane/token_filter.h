#pragma once

#include <utility>

#include "emulator/auth/token_check.h"
#include "emulator/http/filter.h"
#include "emulator/pools/pool_catalog.h"

namespace dynsessions::surfaces::data_plane {

/// Turns away requests without a bearer token that is usable for their pool, and notes in the
/// Exchange who a good one stands for.
class TokenFilter final : public http::Filter {
 public:
  /// `policy` holds for all pools but for its rule, which is a member of each pool's definition.
  /// `pools` outlives the filter.
  TokenFilter(auth::TokenPolicy policy, const pools::PoolCatalog& pools)
      : policy_(std::move(policy)), pools_(pools) {}

  [[nodiscard]] boost::asio::awaitable<http::Answer> handle(http::Call& call,
                                                            http::Next next) override;

 private:
  auth::TokenPolicy policy_;  ///< its rule is that of the request at hand
  const pools::PoolCatalog& pools_;
};

}  // namespace dynsessions::surfaces::data_plane
