#include "emulator/conformance/cases/needs.h"

#include "emulator/conformance/cases/case.h"
#include "tests/support/catch.h"

namespace dynsessions::conformance {
namespace {

Case needing(const std::string& id, Needs needs) {
  Case one;
  one.id = id;
  one.needs = std::move(needs);
  return one;
}

TEST_CASE("cases are grouped by the server that they need, the usual one first", "[conformance]") {
  const Needs two{{"max-sessions", "2"}};
  const Needs claims{{"auth", "claims"}};
  const auto groups = grouped({needing("a", two), needing("b", {}), needing("c", claims),
                               needing("d", two), needing("e", {})});
  REQUIRE(groups.size() == 3);
  CHECK(groups[0].needs.empty());
  CHECK(groups[0].cases[1].id == "e");
  CHECK(groups[1].needs == two);
  CHECK(groups[1].cases[0].id == "a");
  CHECK(groups[1].cases[1].id == "d");
  CHECK(groups[2].cases[0].id == "c");
}

TEST_CASE("cases of the control plane have a separate server", "[conformance]") {
  Case of_arm = needing("a", {});
  of_arm.plane = Plane::control;
  const auto groups = grouped({of_arm, needing("b", {}), of_arm});
  REQUIRE(groups.size() == 2);
  CHECK(groups[0].plane == Plane::data);
  CHECK(groups[0].cases.size() == 1);
  CHECK(groups[1].plane == Plane::control);
  CHECK(groups[1].cases.size() == 2);
}

TEST_CASE("needs read like a command line", "[conformance]") {
  CHECK(describe({{"max-sessions", "2"}, {"auth", "claims"}}) == "--auth=claims --max-sessions=2");
}

}  // namespace
}  // namespace dynsessions::conformance
