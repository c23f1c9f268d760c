#include "emulator/auth/test_token.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "emulator/auth/base64url.h"

namespace dynsessions::auth {

std::string make_test_token(const TestToken& token, std::chrono::sys_seconds now) {
  const auto expires = now + token.expires_in;
  const auto valid_from = std::min(now, expires).time_since_epoch().count();
  nlohmann::ordered_json header{{"typ", "JWT"}, {"alg", "none"}};
  nlohmann::ordered_json payload{
      {"aud", token.audience}, {"iss", "https://localhost/dynsessions"},    {"iat", valid_from},
      {"nbf", valid_from},     {"exp", expires.time_since_epoch().count()}, {"oid", token.oid},
      {"sub", token.oid}};
  if (!token.role.empty()) payload["roles"] = {token.role};
  return encode_base64url(header.dump()) + '.' + encode_base64url(payload.dump()) + '.';
}

}  // namespace dynsessions::auth
