#include "emulator/auth/test_token.h"

#include <string>

#include "emulator/auth/base64url.h"
#include "emulator/auth/token_check.h"
#include "tests/support/catch.h"
#include "tests/unit/auth/tokens.h"

namespace dynsessions::auth {
namespace {

using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

TEST_CASE("a test token of the defaults is accepted for an hour", "[auth][test_token]") {
  const std::string header = "Bearer " + make_test_token({}, kNow);
  const TokenPolicy policy{.rule = TokenRule::claims, .executors = {}};
  CHECK(check_token(policy, header, kNow));
  CHECK(check_token(policy, header, kNow + 3599s));
  CHECK_FALSE(check_token(policy, header, kNow + 3600s));
}

TEST_CASE("a test token says what it is asked to say", "[auth][test_token]") {
  const TestToken asked{.audience = "https://acasessions.io",
                        .expires_in = -90s,
                        .role = "Reader",
                        .oid = "me \"and\" you"};
  const auto claims = parse_claims(make_test_token(asked, kNow));
  REQUIRE(claims);
  CHECK(claims->audiences == Texts{asked.audience});
  CHECK(claims->expires_at == kNow - 90s);
  CHECK(claims->not_before == kNow - 90s);
  CHECK(claims->roles == Texts{"Reader"});
  CHECK(claims->principals == Texts{asked.oid, asked.oid});
}

TEST_CASE("a test token without a role has no roles at all", "[auth][test_token]") {
  TestToken asked;
  asked.role.clear();
  const std::string token = make_test_token(asked, kNow);
  const auto payload = decode_base64url(
      token.substr(token.find('.') + 1).substr(0, token.rfind('.') - token.find('.') - 1));
  REQUIRE(payload);
  CHECK_THAT(*payload, !Catch::Contains("roles") && Catch::StartsWith("{\"aud\":"));
}

TEST_CASE("a test token says of itself that it is not signed", "[auth][test_token]") {
  const std::string token = make_test_token({}, kNow);
  CHECK(decode_base64url(token.substr(0, token.find('.'))) == R"({"typ":"JWT","alg":"none"})");
  CHECK(token.back() == '.');
}

}  // namespace
}  // namespace dynsessions::auth
