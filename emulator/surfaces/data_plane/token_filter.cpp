#include "emulator/surfaces/data_plane/token_filter.h"

#include <chrono>

#include "emulator/surfaces/data_plane/routes.h"

namespace dynsessions::surfaces::data_plane {

boost::asio::awaitable<http::Answer> TokenFilter::handle(http::Call& call, http::Next next) {
  const pools::PoolName pool = pool_named_in(call.exchange);
  policy_.rule = pools_.definition_of(pool).auth;
  const auto now = std::chrono::floor<std::chrono::seconds>(pools_.clock_of(pool).now());
  auth::RoleLookup roles;
  if (roles_ != nullptr) {
    roles = [this, &pool](const std::vector<std::string>& principals) {
      return roles_->rights_on(pool, principals);
    };
  }
  auto principal =
      auth::check_token(policy_, call.request.headers.find("authorization"), now, roles);
  if (!principal) return http::refused(call.exchange, "token", principal.error());
  call.exchange.principal = *std::move(principal);
  return next(call);
}

}  // namespace dynsessions::surfaces::data_plane
