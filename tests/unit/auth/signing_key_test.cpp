#include <filesystem>

#include "emulator/auth/claims.h"
#include "emulator/auth/signing_keys.h"
#include "emulator/auth/token_check.h"
#include "emulator/auth/token_issuer.h"
#include "tests/support/catch.h"
#include "tests/unit/tls/temporary_directory.h"

namespace dynsessions::auth {
namespace {

constexpr std::chrono::sys_seconds kIssuedAt{std::chrono::seconds(1'700'000'000)};

/// Returns the token with one character of its claims replaced.
std::string changed(std::string token) {
  char& character = token.at(token.find('.') + 5);
  character = character == 'A' ? 'B' : 'A';
  return token;
}

TEST_CASE("a key knows what it has signed", "[auth][identity]") {
  const SigningKey key = SigningKey::make();
  const std::string token = key.sign(R"({"aud":"a"})");
  CHECK(key.has_signed(token));
  CHECK_FALSE(key.has_signed(changed(token)));
  CHECK_FALSE(key.has_signed(token.substr(0, token.rfind('.') + 1)));
  CHECK_FALSE(key.has_signed("no token"));
  CHECK_FALSE(SigningKey::make().has_signed(token));
  CHECK(parse_claims(token)->key_id == key.id());
}

TEST_CASE("a key in a file is the same key", "[auth][identity]") {
  const SigningKey key = SigningKey::make();
  const auto same = SigningKey::from_pem(key.pem());
  REQUIRE(same);
  CHECK(same->id() == key.id());
  CHECK(same->has_signed(key.sign("{}")));
  CHECK(key.exponent() == "AQAB");
  CHECK_FALSE(SigningKey::from_pem("-----BEGIN PRIVATE KEY-----"));
}

TEST_CASE("two servers with one state directory have one key", "[auth][identity]") {
  const tls::TemporaryDirectory directory;
  SigningKeys first, second, other;
  first.keep_in(directory.path());
  second.keep_in(directory.path());
  CHECK(second.find("of the first") == nullptr);
  const auto key = first.current();
  CHECK(first.current() == key);
  CHECK(second.find(key->id())->id() == key->id());
  CHECK(second.current()->id() == key->id());
  CHECK(other.current()->id() != key->id());
  CHECK(other.find(key->id()) == nullptr);
}

TEST_CASE("an issued token passes the check of claims unless it was changed", "[auth][identity]") {
  SigningKeys keys;
  IdentitySettings settings;
  const TokenPolicy policy{.rule = TokenRule::claims, .keys = &keys};
  TokenRequest request;
  request.audience = std::string(kAudience);
  request.issuer = "https://localhost/tenant/v2.0";
  const auto check = [&](const std::string& token) {
    return check_token(policy, "Bearer " + token, kIssuedAt);
  };
  const auto issued = [&] {
    return keys.current()->sign(claims_for(request, settings, kIssuedAt));
  };

  CHECK(check(issued()).value() == settings.principal);
  CHECK(check(changed(issued())).error().code == ErrorCode::unauthenticated);

  settings.roles.clear();
  CHECK(check(issued()).error().code == ErrorCode::permission_denied);
  settings = {};
  settings.lifetime = std::chrono::seconds(0);
  CHECK(check(issued()).error().message == "The token is expired");
  settings = {};
  request.audience = "https://management.azure.com";
  CHECK(check(issued()).error().message == "The audience is invalid");
}

TEST_CASE("the claims of a token state who it stands for", "[auth][identity]") {
  TokenRequest request;
  request.audience = "a";
  request.principal = "p";
  request.client_id = "c";
  request.user = "someone@example.org";
  const std::string claims = claims_for(request, IdentitySettings(), kIssuedAt);
  for (const char* member :
       {R"("aud":"a")", R"("oid":"p")", R"("sub":"p")", R"("appid":"c")", R"("exp":1700003600)",
        R"("idtyp":"user")", R"("upn":"someone@example.org")",
        R"("roles":["Azure ContainerApps Session Executor"])"}) {
    CHECK_THAT(claims, Catch::Contains(member));
  }
}

}  // namespace
}  // namespace dynsessions::auth
