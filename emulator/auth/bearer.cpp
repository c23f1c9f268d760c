#include "emulator/auth/bearer.h"

#include <boost/algorithm/string/predicate.hpp>
#include <boost/algorithm/string/trim.hpp>

namespace dynsessions::auth {
namespace {

Error refused(std::string reason) {
  return {ErrorCode::unauthenticated, "The request has no bearer token.", {}, std::move(reason)};
}

}  // namespace

Result<void> check_bearer(TokenRule rule, std::optional<std::string_view> authorization) {
  constexpr std::string_view kScheme = "Bearer ";
  if (rule == TokenRule::off) return {};
  if (!authorization) {
    return refused("add the header `Authorization: Bearer <any text>`, or start with --auth off");
  }
  if (!boost::algorithm::istarts_with(*authorization, kScheme) ||
      boost::algorithm::trim_copy(std::string(authorization->substr(kScheme.size()))).empty()) {
    return refused("the Authorization header is not `Bearer <token>`");
  }
  return {};
}

}  // namespace dynsessions::auth
