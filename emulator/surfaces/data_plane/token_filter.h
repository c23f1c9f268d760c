#pragma once

#include <utility>

#include "emulator/auth/token_check.h"
#include "emulator/base/clock.h"
#include "emulator/http/filter.h"

namespace dynsessions::surfaces::data_plane {

/// Turns away requests without a usable bearer token, and notes in the Exchange who a good one
/// stands for.
class TokenFilter final : public http::Filter {
 public:
  /// `clock` outlives the filter.
  TokenFilter(auth::TokenPolicy policy, const Clock& clock)
      : policy_(std::move(policy)), clock_(clock) {}

  [[nodiscard]] boost::asio::awaitable<http::Answer> handle(http::Call& call,
                                                            http::Next next) override;

 private:
  const auth::TokenPolicy policy_;
  const Clock& clock_;
};

}  // namespace dynsessions::surfaces::data_plane
