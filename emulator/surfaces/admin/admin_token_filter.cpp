#include "emulator/surfaces/admin/admin_token_filter.h"

#include "emulator/auth/bearer.h"
#include "emulator/auth/random_token.h"
#include "emulator/http/text.h"

namespace dynsessions::surfaces::admin {
namespace {

bool is_open(const http::Request& request) {
  const auto& path = request.target.segments;
  return !path.empty() && (http::iequals(path[0], "health") || http::iequals(path[0], "version"));
}

}  // namespace

bool AdminTokenFilter::is_allowed(const http::Request& request) const {
  if (token_.empty() || is_open(request)) return true;
  const auto given = auth::bearer_token(request.headers.find("authorization"));
  return given && auth::same_secret(std::string(*given), token_);
}

boost::asio::awaitable<http::Answer> AdminTokenFilter::handle(http::Call& call, http::Next next) {
  if (is_allowed(call.request)) return next(call);
  return http::refused(
      call.exchange, "token",
      {ErrorCode::unauthenticated,
       "The admin API of this server needs its token as a bearer token.", "authorization",
       "it listens on more than loopback: the token is `adminToken` in its ready line and ready "
       "file, or the one of --admin-token"});
}

}  // namespace dynsessions::surfaces::admin
