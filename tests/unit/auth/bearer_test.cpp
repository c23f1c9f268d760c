#include "emulator/auth/bearer.h"

#include <string>

#include "tests/support/catch.h"

namespace dynsessions::auth {
namespace {

TEST_CASE("the token is what follows the scheme, without the blanks around it", "[auth][bearer]") {
  const auto [header, token] = GENERATE(table<std::string, std::string>({
      {"Bearer x", "x"},
      {"bearer x", "x"},
      {"BEARER  a.b.c \t", "a.b.c"},
      {"Bearer two words", "two words"},
  }));
  DYNAMIC_SECTION(header) {
    const auto found = bearer_token(header);
    REQUIRE(found);
    CHECK(*found == token);
  }
}

TEST_CASE("without a bearer token there is a reason that shows nothing of the header",
          "[auth][bearer]") {
  const auto header = GENERATE(
      values<std::string>({"", "Bearer", "Bearer ", "Bearer \t ", "Basic c2VjcmV0", "Bearerc2Vj"}));
  DYNAMIC_SECTION("'" << header << "'") {
    const auto found = bearer_token(header);
    REQUIRE(!found);
    CHECK(found.error().code == ErrorCode::unauthenticated);
    CHECK_THAT(found.error().message + found.error().reason, !Catch::Contains("c2Vj"));
  }
}

TEST_CASE("the refusal of a request without the header explains how to get a token",
          "[auth][bearer]") {
  const auto found = bearer_token(std::nullopt);
  REQUIRE(!found);
  CHECK(found.error().code == ErrorCode::unauthenticated);
  CHECK_THAT(found.error().reason, Catch::Contains("Authorization: Bearer"));
}

}  // namespace
}  // namespace dynsessions::auth
