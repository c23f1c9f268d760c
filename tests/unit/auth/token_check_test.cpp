#include "emulator/auth/token_check.h"

#include <string>

#include "tests/support/catch.h"
#include "tests/unit/auth/tokens.h"

namespace dynsessions::auth {
namespace {

using namespace std::chrono_literals;

TokenPolicy by_claims() { return {.rule = TokenRule::claims, .executors = {}}; }

/// The outcome for a token with a good payload, except for `members`.
Result<std::string> check(const std::string& members, const TokenPolicy& policy = by_claims(),
                          std::chrono::sys_seconds now = kNow) {
  return check_token(policy, "Bearer " + token_around(payload_with(members)), now);
}

TEST_CASE("by the rule `any` a token may be anything, but must be there", "[auth]") {
  CHECK(check_token({}, "Bearer x", kNow));
  CHECK_FALSE(check_token({}, std::nullopt, kNow));
  CHECK_FALSE(check_token({}, "Bearer ", kNow));
}

TEST_CASE("by the rule `off` nothing is looked at", "[auth]") {
  const TokenPolicy off{.rule = TokenRule::off, .executors = {}};
  CHECK(check_token(off, std::nullopt, kNow));
  CHECK(check_token(off, "nonsense", kNow));
}

TEST_CASE("a token is good for the service's audiences, with or without a final slash", "[auth]") {
  const auto audience = GENERATE(values<std::string>({
      R"("https://dynamicsessions.io")",
      R"("https://dynamicsessions.io/")",
      R"("https://acasessions.io")",
      R"("https://acasessions.io/")",
      R"(["https://management.azure.com", "https://dynamicsessions.io"])",
  }));
  DYNAMIC_SECTION(audience) { CHECK(check(R"("aud":)" + audience)); }
}

TEST_CASE("a token for somebody else is refused", "[auth]") {
  const auto audience = GENERATE(values<std::string>({
      R"("https://management.azure.com/")",
      R"("https://dynamicsessions.io//")",
      R"("https://dynamicsessions.io/.default")",
      R"("https://dynamicsessions.io.example")",
      R"("http://dynamicsessions.io")",
      R"("dynamicsessions.io")",
      R"("")",
      "[]",
  }));
  DYNAMIC_SECTION(audience) {
    const auto outcome = check(R"("aud":)" + audience);
    REQUIRE(!outcome);
    CHECK(outcome.error().code == ErrorCode::unauthenticated);
    CHECK(outcome.error().message == "The audience is invalid");
    CHECK_THAT(outcome.error().reason, Catch::Contains("https://dynamicsessions.io/.default"));
  }
}

TEST_CASE("a token is good from the second of its nbf to the last before its exp", "[auth]") {
  const auto now = GENERATE(-1s, 0s, 3599s, 3600s);
  const auto outcome = check("", by_claims(), kNow + now);
  DYNAMIC_SECTION(now.count() << " s after nbf, " << 3600 - now.count() << " s before exp") {
    CHECK(outcome.has_value() == (now == 0s || now == 3599s));
    if (now == -1s) CHECK(outcome.error().message == "The token is not valid yet");
    if (now == 3600s) CHECK(outcome.error().message == "The token is expired");
  }
}

TEST_CASE("times at the far ends are compared as what they are", "[auth]") {
  CHECK(check(R"("exp":253402300799)"));
  CHECK(check(R"("nbf":-253402300799)"));
  CHECK_FALSE(check(R"("exp":-253402300799)"));
  CHECK_FALSE(check(R"("nbf":253402300799)"));
}

TEST_CASE("a token that never expires is refused", "[auth]") {
  const auto outcome = check_token(
      by_claims(), "Bearer " + token_around(R"({"aud":"https://dynamicsessions.io"})"), kNow);
  REQUIRE(!outcome);
  CHECK(outcome.error().code == ErrorCode::unauthenticated);
  CHECK(outcome.error().message == "The token has no expiration");
}

TEST_CASE("a text that is not a web token is refused with a way to get one", "[auth]") {
  const auto outcome = check_token(by_claims(), "Bearer secret.secret", kNow);
  REQUIRE(!outcome);
  CHECK(outcome.error().code == ErrorCode::unauthenticated);
  CHECK(outcome.error().message == "The token is malformed");
  CHECK_THAT(outcome.error().reason, Catch::Contains("dynsessions token"));
}

TEST_CASE("the role may be there by its name or by its id, among others", "[auth]") {
  const auto roles = GENERATE(values<std::string>({
      R"(["Azure ContainerApps Session Executor"])",
      R"("Azure ContainerApps Session Executor")",
      R"(["0fb8eba5-a2bb-4abe-b1c1-49dfad359bb0"])",
      R"(["Reader", "Azure ContainerApps Session Executor"])",
  }));
  DYNAMIC_SECTION(roles) { CHECK(check(R"("roles":)" + roles)); }
}

TEST_CASE("a good token without the role is not permitted", "[auth]") {
  const auto roles = GENERATE(values<std::string>({
      "[]",
      R"("")",
      R"(["Contributor"])",
      R"(["azure containerapps session executor"])",
  }));
  DYNAMIC_SECTION(roles) {
    const auto outcome = check(R"("roles":)" + roles);
    REQUIRE(!outcome);
    CHECK(outcome.error().code == ErrorCode::permission_denied);
    CHECK_THAT(outcome.error().message, Catch::Contains("Azure ContainerApps Session Executor"));
    CHECK_THAT(outcome.error().reason, Catch::Contains("--executor OID"));
  }
}

TEST_CASE("a token without the role is unauthenticated when the policy says so", "[auth]") {
  TokenPolicy policy = by_claims();
  policy.missing_role = MissingRole::unauthenticated;
  const auto outcome = check(R"("roles":[])", policy);
  REQUIRE(!outcome);
  CHECK(outcome.error().code == ErrorCode::unauthenticated);
}

TEST_CASE("an executor has the role whatever the token says of it", "[auth]") {
  const auto executor = GENERATE(values<std::string>({"somebody", "an-app", "pairwise"}));
  DYNAMIC_SECTION(executor) {
    TokenPolicy policy = by_claims();
    policy.executors = {"somebody else", executor};
    CHECK(check(R"("roles":[])", policy));
    CHECK_FALSE(check(R"("roles":[],"oid":"x","appid":"x","sub":"x")", policy));
  }
}

TEST_CASE("an executor's token must be good otherwise", "[auth]") {
  TokenPolicy policy = by_claims();
  policy.executors = {"somebody"};
  CHECK_FALSE(check(R"("aud":"x")", policy));
  CHECK_FALSE(check(R"("exp":1)", policy));
}

TEST_CASE("no refusal shows anything of the token, or breaks out of its quotes", "[auth]") {
  const auto members = GENERATE(values<std::string>({
      R"("aud":"secret\"")",
      R"("exp":1,"oid":"secret\"")",
      R"("nbf":9999999999,"oid":"secret\"")",
      R"("roles":["secret\""],"oid":"secret\"")",
      R"("aud":7,"oid":"secret\"")",
  }));
  for (const auto answer : {MissingRole::permission_denied, MissingRole::unauthenticated}) {
    TokenPolicy policy = by_claims();
    policy.missing_role = answer;
    const auto outcome = check(members, policy);
    REQUIRE(!outcome);
    CHECK_THAT(outcome.error().message, !Catch::Contains("secret") && !Catch::Contains("\""));
    CHECK_THAT(outcome.error().reason + outcome.error().target, !Catch::Contains("secret"));
  }
}

TEST_CASE("role assignments are asked when the token states no role", "[auth]") {
  RoleRights rights;
  std::vector<std::string> asked;
  const RoleLookup roles = [&](const std::vector<std::string>& principals) {
    asked = principals;
    return rights;
  };
  const std::string token = "Bearer " + token_around(payload_with(R"("roles":[])"));
  rights.shortfall = "only a reader";
  const auto refused = check_token(by_claims(), token, kNow, roles);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::permission_denied);
  CHECK(refused.error().reason == "only a reader");
  CHECK_FALSE(asked.empty());
  rights.is_executor = true;
  CHECK(check_token(by_claims(), token, kNow, roles));
}

TEST_CASE("tokens for ARM are for its address or the public one", "[auth]") {
  constexpr std::string_view kArm = "https://localhost:7443";
  const auto check_for = [&](const std::string& audience) {
    const std::string token = token_around(payload_with(R"("aud":")" + audience + '"'));
    return check_management_token(by_claims(), "Bearer " + token, kNow, kArm);
  };
  for (const char* good : {"https://localhost:7443", "https://localhost:7443/",
                           "https://management.azure.com", "https://management.azure.com/"}) {
    DYNAMIC_SECTION(good) { CHECK(check_for(good)); }
  }
  for (const char* bad : {"https://dynamicsessions.io", "https://localhost:7444", ""}) {
    DYNAMIC_SECTION(bad) { CHECK_FALSE(check_for(bad)); }
  }
}

TEST_CASE("by the rule `any` a web token tells who it stands for, whatever else it says",
          "[auth]") {
  const std::string token = token_around(R"({"oid": "person-1", "exp": 1})");
  CHECK(check_token({}, "Bearer " + token, kNow).value() == "person-1");
  CHECK(check_token({}, "Bearer any", kNow).value().empty());
}

}  // namespace
}  // namespace dynsessions::auth
