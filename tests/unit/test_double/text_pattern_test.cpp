#include "emulator/test_double/text_pattern.h"

#include <string>

#include "tests/support/catch.h"

namespace dynsessions::test_double {
namespace {

TEST_CASE("a glob stands for whole texts", "[double][glob]") {
  struct Row {
    std::string glob, text;
    bool matches;
  };
  const auto row = GENERATE(values<Row>({{"user-1", "user-1", true},
                                         {"user-1", "user-12", false},
                                         {"user-*", "user-12", true},
                                         {"*-1", "user-1", true},
                                         {"*", "", true},
                                         {"", "", true},
                                         {"", "a", false},
                                         {"?", "", false},
                                         {"u?er", "user", true},
                                         {"*a*b*", "xxaxxbxx", true},
                                         {"*a*b*", "xxbxxaxx", false},
                                         {"a*b", "ab", true},
                                         {"[ab]", "a", false}}));
  DYNAMIC_SECTION(row.glob << " and " << row.text) {
    CHECK(matches_glob(row.glob, row.text) == row.matches);
  }
}

TEST_CASE("a glob of many stars is quick", "[double][glob]") {
  std::string glob;
  for (int i = 0; i < 100; ++i) glob += "*a";
  CHECK_FALSE(matches_glob(glob + "b", std::string(5000, 'a')));
}

TEST_CASE("a pattern is found anywhere in a text", "[double][pattern]") {
  const auto pattern = TextPattern::parse(R"(\d+ \+)", "body");
  REQUIRE(pattern);
  CHECK(pattern->found_in("x = 12 + 3"));
  CHECK_FALSE(pattern->found_in("x = y + 3"));
}

TEST_CASE("an expression that cannot be read is refused by its field", "[double][pattern]") {
  const std::string expression =
      GENERATE(as<std::string>(), "(", "[a", "*", std::string(1001, 'a'));
  const auto pattern = TextPattern::parse(expression, "match.body");
  REQUIRE_FALSE(pattern);
  CHECK(pattern.error().target == "match.body");
}

TEST_CASE("a search that would take too long finds nothing", "[double][pattern]") {
  const auto pattern = TextPattern::parse("^(a+)+$", "body");
  REQUIRE(pattern);
  CHECK_FALSE(pattern->found_in(std::string(100'000, 'a') + "!"));
}

}  // namespace
}  // namespace dynsessions::test_double
