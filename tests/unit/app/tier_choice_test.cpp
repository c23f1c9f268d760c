#include "emulator/app/tier_choice.h"

#include "tests/support/catch.h"

namespace dynsessions::test {

TEST_CASE("the choice says what is used and why it is not better", "[app]") {
  TierChoice choice{sandbox::Tier::full, {}};
  CHECK_THAT(description_of(choice), Catch::StartsWith("full: ") && !Catch::Contains("Cure"));
  CHECK(warning_of(choice).empty());
  Error error;
  error.message = "The sandbox could not be set up: unshare: Not permitted";
  error.step = "unshare";
  choice = {sandbox::Tier::restricted, {{sandbox::Tier::full, error}}};
  CHECK_THAT(description_of(choice), Catch::StartsWith("restricted: "));
  CHECK_THAT(description_of(choice), Catch::Contains("tier full: The sandbox could not be set up: "
                                                     "unshare: Not permitted Cure: allow"));
  CHECK(warning_of(choice).empty());
  choice = {sandbox::Tier::restricted, {}, "CAP_KILL"};
  CHECK_THAT(description_of(choice),
             Catch::Contains("root's user id") && Catch::Contains("the server lacks CAP_KILL"));
  choice = {sandbox::Tier::insecure, {}};
  CHECK_THAT(warning_of(choice), Catch::Contains("not isolated"));
}

}  // namespace dynsessions::test
