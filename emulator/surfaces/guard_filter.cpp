#include "emulator/surfaces/guard_filter.h"

namespace dynsessions::surfaces {

boost::asio::awaitable<http::Answer> GuardFilter::handle(http::Call& call, http::Next next) {
  const Result<void> allowed = guard_.check(call.request.headers);
  if (!allowed) return http::refused(call.exchange, "guard", allowed.error());
  return next(call);
}

}  // namespace dynsessions::surfaces
