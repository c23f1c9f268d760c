#include "emulator/auth/bearer.h"

#include <algorithm>
#include <string>
#include <utility>

#include <boost/algorithm/string/predicate.hpp>

namespace dynsessions::auth {

Error unauthenticated(std::string description, std::string reason) {
  return {ErrorCode::unauthenticated, std::move(description), {}, std::move(reason)};
}

Result<std::string_view> bearer_token(std::optional<std::string_view> authorization) {
  constexpr std::string_view kScheme = "Bearer ";
  constexpr std::string_view kBlanks = " \t";
  if (!authorization) {
    return unauthenticated(
        "The request has no bearer token.",
        "add the header `Authorization: Bearer <token>`, or start with --auth off");
  }
  std::string_view token;
  if (boost::algorithm::istarts_with(*authorization, kScheme)) {
    token = authorization->substr(kScheme.size());
    token.remove_prefix(std::min(token.find_first_not_of(kBlanks), token.size()));
    token = token.substr(0, token.find_last_not_of(kBlanks) + 1);
  }
  if (token.empty()) {
    return unauthenticated("The request has no bearer token.",
                           "the Authorization header is not `Bearer <token>`");
  }
  return token;
}

}  // namespace dynsessions::auth
