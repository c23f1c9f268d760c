#include "tests/support/catch.h"
#include "tests/unit/control_plane_templates/template_fixture.h"

namespace dynsessions::control_plane_templates {
namespace {

struct FunctionCase {
  std::string expression;
  std::string expected;  ///< JSON
};

void check(const std::vector<FunctionCase>& cases) {
  for (const FunctionCase& one : cases) {
    DYNAMIC_SECTION(one.expression) {
      CHECK(value_of(one.expression) == Json::parse(one.expected));
    }
  }
}

TEST_CASE("functions of texts", "[templates]") {
  check({{"concat('a', 'b', 5)", R"("ab5")"},
         {"concat(createArray(1), createArray(2, 3))", "[1,2,3]"},
         {"format('{0}-{1}-{0}', 'a', 2)", R"("a-2-a")"},
         {"format('{{{0}}}', true())", R"("{True}")"},
         {"toLower('ABC')", R"("abc")"},
         {"toUpper('abc')", R"("ABC")"},
         {"trim('  a ')", R"("a")"},
         {"replace('a-b-c', '-', '')", R"("abc")"},
         {"substring('häuser', 1, 2)", R"("äu")"},
         {"substring('abc', 3)", R"("")"},
         {"split('a,b;c', createArray(',', ';'))", R"(["a","b","c"])"},
         {"split('a--b', '-')", R"(["a","","b"])"},
         {"join(createArray('a', 1, true()), '/')", R"("a/1/True")"},
         {"startsWith('abcdef', 'AB')", "true"},
         {"endsWith('abcdef', 'x')", "false"},
         {"indexOf('häuser', 'S')", "3"},
         {"indexOf('abc', 'x')", "-1"},
         {"padLeft(7, 3, '0')", R"("007")"},
         {"string(createObject('a', 1))", R"("{\"a\":1}")"},
         {"string(5)", R"("5")"},
         {"uniqueString('hello', 'world')", R"("a7wkljktk6wne")"},
         {"length(guid('a', 'b'))", "36"},
         {"'it''s'", R"("it's")"}});
}

TEST_CASE("functions of collections", "[templates]") {
  check({{"length('häuser')", "6"},
         {"length(createArray(1, 2))", "2"},
         {"length(createObject('a', 1))", "1"},
         {"empty('')", "true"},
         {"empty(null())", "true"},
         {"empty(createArray(1))", "false"},
         {"contains('abc', 'b')", "true"},
         {"contains(createArray('a', 1), 1)", "true"},
         {"contains(createObject('Key', 1), 'kEY')", "true"},
         {"take('häuser', 2)", R"("hä")"},
         {"take(createArray(1, 2), 5)", "[1,2]"},
         {"skip('häuser', 2)", R"("user")"},
         {"skip(createArray(1, 2), -1)", "[1,2]"},
         {"first('')", R"("")"},
         {"first(createArray())", "null"},
         {"last('abé')", R"("é")"},
         {"last(createArray(1, 2))", "2"},
         {"array('a')", R"(["a"])"},
         {"union(createObject('a', createObject('x', 1)), createObject('a', createObject('y', 2)))",
          R"({"a":{"x":1,"y":2}})"},
         {"union(createArray(1, 2), createArray(2, 3))", "[1,2,3]"},
         {"range(3, 3)", "[3,4,5]"},
         {"range(3, 0)", "[]"},
         {"min(3, 1, 2)", "1"},
         {"max(createArray(3, 7))", "7"},
         {"items(createObject('b', 1))", R"([{"key":"b","value":1}])"},
         {"json('{\"a\":[1]}').a[0]", "1"}});
}

TEST_CASE("comparisons, conversions and sums", "[templates]") {
  check({{"equals('a', 'A')", "false"},
         {"equals(createArray(1), createArray(1))", "true"},
         {"not(false())", "true"},
         {"and(true(), true(), false())", "false"},
         {"or(false(), true())", "true"},
         {"less(1, 2)", "true"},
         {"lessOrEquals(2, 2)", "true"},
         {"greater('b', 'a')", "true"},
         {"greaterOrEquals(1, 2)", "false"},
         {"if(true(), 'yes', 'no')", R"("yes")"},
         {"coalesce(null(), null(), 'x')", R"("x")"},
         {"coalesce(null())", "null"},
         {"int('-12')", "-12"},
         {"bool('TRUE')", "true"},
         {"bool(0)", "false"},
         {"add(1, mul(2, sub(5, div(7, 2))))", "5"},
         {"mod(7, 3)", "1"}});
}

TEST_CASE("functions of the deployment", "[templates]") {
  check(
      {{"resourceGroup().location", R"("westeurope")"},
       {"resourceGroup().LOCATION", R"("westeurope")"},
       {"subscription().subscriptionId", R"("11111111-2222-3333-4444-555555555555")"},
       {"tenant().tenantId", R"("the-tenant")"},
       {"deployment().name", R"("main")"},
       {"resourceId('Microsoft.App/sessionPools', 'p')", '"' + std::string(kPools) + "p\""},
       {"resourceId('rg2', 'A.B/cs/ds', 'x', 'y')",
        R"("/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg2/providers/A.B/cs/x/ds/y")"},
       {"resourceId('sub', 'rg2', 'A.B/cs', 'x')",
        R"("/subscriptions/sub/resourceGroups/rg2/providers/A.B/cs/x")"},
       {"subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'r')",
        R"("/subscriptions/11111111-2222-3333-4444-555555555555/providers/Microsoft.Authorization/roleDefinitions/r")"},
       {"tenantResourceId('A.B/cs', 'x')", R"("/providers/A.B/cs/x")"},
       {"extensionResourceId('/s', 'A.B/cs', 'x')", R"("/s/providers/A.B/cs/x")"}});
}

TEST_CASE("names of functions and members are compared without regard to case", "[templates]") {
  CHECK(value_of("CONCAT('a', ToUpper('b'))") == "aB");
  CHECK(value_of("createObject('One', 1).oNE") == 1);
}

TEST_CASE("the branch that is not taken is not evaluated", "[templates]") {
  CHECK(value_of("if(true(), 1, createArray()[0])") == 1);
  CHECK(value_of("or(true(), bool('neither'))") == true);
  CHECK(value_of("and(false(), bool('neither'))") == false);
  CHECK(value_of("coalesce(1, createArray()[0])") == 1);
}

TEST_CASE("an unknown function is refused by its name", "[templates]") {
  const std::string name =
      GENERATE(as<std::string>(), "nope", "listKeys", "pickZones", "contoso.unique", "newGuid");
  CHECK(refusal_of_expression(name + "()") ==
        "InvalidTemplate: Deployment template validation failed: 'The template function '" + name +
            "' is not valid, or the emulator does not have it'.");
}

TEST_CASE("an unknown function is found in every part of a template", "[templates]") {
  const Json use = "[nope()]";
  const Json parts = GENERATE_COPY(
      Json{{"variables", {{"unused", use}}}},
      Json{{"parameters", {{"p", {{"type", "string"}, {"defaultValue", use}}}}}},
      Json{{"resources", {pool("a", {{"location", use}})}}},
      Json{{"resources", {pool("a", {{"condition", use}})}}},
      Json{{"resources", {pool("[nope()]")}}},
      Json{{"resources",
            {pool("a", {{"location", "[concat(reference('b').x, nope())]"}}), pool("b")}}},
      Json{{"outputs", {{"o", {{"type", "string"}, {"value", use}}}}}});
  CHECK_THAT(refusal_of(parts), Catch::Matchers::Contains("The template function 'nope'"));
}

struct Misuse {
  std::string expression;
  std::string message;
};

TEST_CASE("misuse of a function is refused with its place", "[templates]") {
  const std::vector<Misuse> misuses{
      {"toLower(1)",
       "'toLower' expects argument 1 to be of type 'String'. The provided value is of "
       "type 'Integer'"},
      {"toLower()", "'toLower' takes 1 arguments, not 0"},
      {"replace('a', 'b')", "'replace' takes 3 arguments, not 2"},
      {"substring('a')", "'substring' takes 2 to 3 arguments, not 1"},
      {"concat()", "'concat' takes at least 1 arguments, not 0"},
      {"if(1, 2, 3)", "'if' expects argument 1 to be of type 'Boolean'"},
      {"if(true())", "'if' takes 3 arguments"},
      {"concat('a', createArray())", "'concat' expects argument 2"},
      {"replace('a', '', 'b')", "cannot replace an empty text"},
      {"substring('abc', 1, 5)", "outside of a text of 3 characters"},
      {"substring('abc', 9223372036854775807, 1)", "outside of a text"},
      {"format('{1}', 'a')", "no argument for '{1}'"},
      {"format('{0:N2}', 1)", "without a format, not '{0:N2}'"},
      {"format('{', 1)", "without its other half"},
      {"format('a}b', 1)", "without its other half"},
      {"createObject('a')", "pairs of a key and a value"},
      {"createArray(1)[1]", "array index '1' is out of bounds"},
      {"createArray(1)[-1]", "array index '-1' is out of bounds"},
      {"createObject('a', 1).b", "'b' doesn't exist, available properties are 'a'"},
      {"'a'.b", "of type 'String'"},
      {"range(0, 10001)", "0 to 10000 numbers"},
      {"range(9223372036854775807, 2)", "0 to 10000 numbers"},
      {"padLeft('a', 1001)", "at most 1000"},
      {"int('1.5')", "whole number"},
      {"bool('x')", "'bool' expects argument 1"},
      {"div(1, 0)", "divided by 0"},
      {"mod(1, 0)", "divided by 0"},
      {"mul(9223372036854775807, 2)", "more than 64 bits"},
      {"div(sub(-9223372036854775807, 1), -1)", "more than 64 bits"},
      {"less(1, 'a')", "Only two texts or two whole numbers"},
      {"json('{')", "a text that is JSON"},
      {"min(1, 'a')", "'min' expects"},
      {"min(createArray(), 1)", "'min' expects"},
      {"union(createArray(), createObject())", "'union' expects argument 2"},
      {"split('a', '')", "'split' expects argument 2"},
      {"resourceId('a')", "needs a type"},
      {"resourceId('A.B/cs')", "incorrect segment lengths"},
      {"resourceId('A.B/cs', 'x', 'y')", "incorrect segment lengths"},
      {"copyIndex()", "'copyIndex' is not expected at this location"},
      {"parameters('nope')", "The template parameter 'nope' is not found"},
      {"variables('nope')", "The template variable 'nope' is not found"}};
  for (const Misuse& one : misuses) {
    DYNAMIC_SECTION(one.expression) {
      CHECK_THAT(refusal_of_expression(one.expression), Catch::Matchers::Contains(one.message));
    }
  }
}

TEST_CASE("resourceGroup() is an error in a template of a subscription", "[templates]") {
  const Json source = template_of(
      {{"outputs", {{"o", {{"type", "string"}, {"value", "[resourceGroup().name]"}}}}}});
  const auto plan = DeploymentPlan::make(subscription_scope(), source, Json::object());
  REQUIRE_FALSE(plan);
  CHECK_THAT(plan.error().message, Catch::Matchers::Contains("RESOURCEGROUP"));
}

}  // namespace
}  // namespace dynsessions::control_plane_templates
