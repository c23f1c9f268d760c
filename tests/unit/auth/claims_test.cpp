#include "emulator/auth/claims.h"

#include <string>

#include "emulator/auth/base64url.h"
#include "tests/support/catch.h"
#include "tests/unit/auth/tokens.h"

namespace dynsessions::auth {
namespace {

using Texts = std::vector<std::string>;

TEST_CASE("the claims of a token are read whatever its signature is", "[auth][claims]") {
  const auto claims = parse_claims(token_around(payload_with("")));
  REQUIRE(claims);
  CHECK(claims->audiences == Texts{"https://dynamicsessions.io"});
  CHECK(claims->expires_at == kNow + std::chrono::hours(1));
  CHECK(claims->not_before == kNow);
  CHECK(claims->roles == Texts{"Azure ContainerApps Session Executor"});
  CHECK(claims->principals == Texts{"somebody", "an-app", "pairwise"});
}

TEST_CASE("a claim that is absent is empty", "[auth][claims]") {
  const auto claims = parse_claims(token_around("{}"));
  REQUIRE(claims);
  CHECK(claims->audiences.empty());
  CHECK_FALSE(claims->expires_at);
  CHECK_FALSE(claims->not_before);
  CHECK(claims->roles.empty());
  CHECK(claims->principals.empty());
}

TEST_CASE("a list of audiences and a time with a fraction are read", "[auth][claims]") {
  const auto claims = parse_claims(token_around(R"({"aud":["a","b"],"exp":1731315902.9})"));
  REQUIRE(claims);
  CHECK(claims->audiences == Texts{"a", "b"});
  CHECK(claims->expires_at == kNow);
}

TEST_CASE("a text that is not a web token has no claims", "[auth][claims]") {
  const std::string good = token_around("{}");
  const std::string header = good.substr(0, good.find('.'));
  const auto token = GENERATE_COPY(values<std::string>({
      "",
      "any",
      "..",
      "a.b",
      header + ".e30",              // no second dot
      header + ".e30.sig.more",     // four parts
      header + ".e30.iv.text.tag",  // encrypted
      "e30=.e30.",                  // padded
      ".e30.",                      // no header
      encode_base64url("[]") + ".e30.",
      header + ".{}.",  // not encoded
      header + "." + encode_base64url("{"),
  }));
  DYNAMIC_SECTION("'" << token << "'") { CHECK_FALSE(parse_claims(token)); }
  CHECK(parse_claims(header + ".e30."));
}

TEST_CASE("a payload that is not an object of the right types has no claims", "[auth][claims]") {
  const auto payload = GENERATE(values<std::string>({
      "",
      "null",
      "[]",
      "\"text\"",
      "{",
      "{}{}",
      "{\"aud\":\"\xFF\"}",
      R"({"aud":1})",
      R"({"aud":null})",
      R"({"aud":["a",1]})",
      R"({"aud":{"a":"b"}})",
      R"({"exp":"1731319502"})",
      R"({"exp":null})",
      R"({"exp":1e300})",
      R"({"exp":1e999})",
      R"({"exp":-1e300})",
      R"({"exp":18446744073709551615})",
      R"({"nbf":true})",
      R"({"roles":{}})",
      R"({"roles":[[]]})",
      R"({"oid":7})",
      R"({"sub":[{}]})",
  }));
  DYNAMIC_SECTION(payload) { CHECK_FALSE(parse_claims(token_around(payload))); }
}

std::string nested(int depth) {
  return R"({"x":)" + std::string(static_cast<std::size_t>(depth - 1), '[') +
         std::string(static_cast<std::size_t>(depth - 1), ']') + '}';
}

TEST_CASE("a payload may be nested eight deep and no deeper", "[auth][claims]") {
  CHECK(parse_claims(token_around(nested(8))));
  CHECK_FALSE(parse_claims(token_around(nested(9))));
  CHECK_FALSE(parse_claims(token_around(nested(5000))));
}

TEST_CASE("a token may have 16 KiB and no more", "[auth][claims]") {
  std::string token = token_around("{}");
  token.append(kLongestToken - token.size(), 'A');
  CHECK(parse_claims(token));
  CHECK_FALSE(parse_claims(token + 'A'));
}

}  // namespace
}  // namespace dynsessions::auth
