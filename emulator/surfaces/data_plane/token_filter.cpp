#include "emulator/surfaces/data_plane/token_filter.h"

#include <chrono>

#include "emulator/surfaces/data_plane/routes.h"

namespace dynsessions::surfaces::data_plane {

boost::asio::awaitable<http::Answer> TokenFilter::handle(http::Call& call, http::Next next) {
  const pools::PoolName pool = pool_named_in(call.exchange);
  policy_.rule = pools_.definition_of(pool).auth;
  auto principal =
      auth::check_token(policy_, call.request.headers.find("authorization"),
                        std::chrono::floor<std::chrono::seconds>(pools_.clock_of(pool).now()));
  if (!principal) return http::refused(call.exchange, "token", principal.error());
  call.exchange.principal = *std::move(principal);
  return next(call);
}

}  // namespace dynsessions::surfaces::data_plane
