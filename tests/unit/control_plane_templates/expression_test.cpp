#include "emulator/control_plane_templates/expression.h"

#include "emulator/control_plane_templates/template_error.h"
#include "tests/support/catch.h"

namespace dynsessions::control_plane_templates {
namespace {

TEST_CASE("a text in brackets is an expression", "[templates]") {
  CHECK(expression_in("[a()]") == "a()");
  CHECK_FALSE(expression_in("a()"));
  CHECK_FALSE(expression_in("[a() "));
  CHECK_FALSE(expression_in("["));
  CHECK_FALSE(expression_in(""));
}

TEST_CASE("two brackets stand for a text that begins with one", "[templates]") {
  CHECK_FALSE(expression_in("[[a]"));
  CHECK(literal_of("[[a]") == "[a]");
  CHECK(literal_of("[[a") == "[[a");
  CHECK(literal_of("[") == "[");
  CHECK(literal_of("") == "");
}

TEST_CASE("calls, members and items are parsed", "[templates]") {
  const Expression access = parse_expression(" f ( 'it''s', -5 ).a [ 0 ] ");
  REQUIRE(access.kind == Expression::Kind::access);
  CHECK(access.parts[1].number == 0);
  const Expression& member = access.parts[0];
  REQUIRE(member.kind == Expression::Kind::access);
  CHECK(member.parts[1].text == "a");
  const Expression& call = member.parts[0];
  REQUIRE(call.kind == Expression::Kind::call);
  CHECK(call.text == "f");
  REQUIRE(call.parts.size() == 2);
  CHECK(call.parts[0].text == "it's");
  CHECK(call.parts[1].number == -5);
}

TEST_CASE("a function in a namespace has both in its name", "[templates]") {
  CHECK(parse_expression("contoso.unique('a')").text == "contoso.unique");
}

TEST_CASE("an expression that is not of the language is refused with its text", "[templates]") {
  const std::string text = GENERATE(
      as<std::string>(), "", "a", "a(", "a(1", "a(1,", "a(1,)", "a)", "a()b", "a().", "a().1",
      "a()[", "a()[1", "a()['x'", "'a", "'a''", "a(\"x\")", "a(1.5)", "5x", "--1", "-", "1 2",
      "a(99999999999999999999)", "$", "a()..b", "a(,1)", "[a()]", "\xc3\xa9()");
  CHECK_THROWS_WITH(parse_expression(text),
                    Catch::Matchers::Contains("Unable to parse language expression"));
}

TEST_CASE("a refused expression is quoted in whole characters", "[templates]") {
  CHECK_THROWS_WITH(parse_expression("a(\xc3\xa9)"),
                    Catch::Matchers::Contains("unexpected character '\xc3\xa9'"));
  std::string long_text;
  while (long_text.size() < 402) long_text += "\xc3\xa9";
  CHECK_THROWS_WITH(parse_expression("$" + long_text),
                    Catch::Matchers::Contains("'$" + long_text.substr(0, 398) + "\xe2\x80\xa6': "));
}

TEST_CASE("a missing parenthesis is named as Azure names it", "[templates]") {
  CHECK_THROWS_WITH(
      parse_expression("concat('a'"),
      Catch::Matchers::Contains("expected token 'RightParenthesis' and actual 'EndOfData'"));
}

}  // namespace
}  // namespace dynsessions::control_plane_templates
