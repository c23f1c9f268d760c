#include "emulator/conformance/cases/matchers.h"

#include "tests/support/catch.h"

namespace dynsessions::conformance {
namespace {

struct MatcherRow {
  std::string what;
  std::string pattern;
  std::string actual;
  bool same;
};

TEST_CASE("a pattern matches what it describes and nothing else", "[conformance]") {
  const auto row = GENERATE(values<MatcherRow>({
      {"a literal", R"("a")", R"("a")", true},
      {"another literal", R"("a")", R"("b")", false},
      {"an integer is no float", "1", "1.0", false},
      {"a number is no text", "1", R"("1")", false},
      {"null is not an empty text", "null", R"("")", false},
      {"members in their order", R"({"a":1,"b":2})", R"({"a":1,"b":2})", true},
      {"members in another order", R"({"a":1,"b":2})", R"({"b":2,"a":1})", false},
      {"a member too many", R"({"a":1})", R"({"a":1,"b":2})", false},
      {"a member missing", R"({"a":1,"b":2})", R"({"a":1})", false},
      {"an array, item by item", R"([1,{"$match":"any"}])", "[1,2]", true},
      {"an array that is longer", "[1]", "[1,2]", false},
      {"absent and absent", R"({"a":1,"b":{"$match":"absent"}})", R"({"a":1})", true},
      {"absent but there", R"({"b":{"$match":"absent"}})", R"({"b":null})", false},
      {"type string", R"({"$match":"type","type":"string"})", R"("")", true},
      {"type integer", R"({"$match":"type","type":"integer"})", "1.5", false},
      {"type number", R"({"$match":"type","type":"number"})", "1.5", true},
      {"a regular expression", R"({"$match":"regex","pattern":"a+"})", R"("aaa")", true},
      {"of the whole text", R"({"$match":"regex","pattern":"a+"})", R"("aab")", false},
      {"uuid", R"({"$match":"uuid"})", R"("9852df68-949f-415e-9de5-906f9da98f3c")", true},
      {"uuid in capitals", R"({"$match":"uuid"})", R"("9852DF68-949F-415E-9DE5-906F9DA98F3C")",
       false},
      {"seven digits", R"({"$match":"timestamp"})", R"("2024-11-11T09:05:02.4865293Z")", true},
      {"six digits", R"({"$match":"timestamp"})", R"("2024-11-11T09:05:02.486529Z")", true},
      {"a zero at the end", R"({"$match":"timestamp"})", R"("2024-11-11T09:05:02.4865290Z")",
       false},
      {"in a range", R"({"$match":"range","min":1,"max":3})", "3", true},
      {"above a range", R"({"$match":"range","max":3})", "4", false},
      {"contains", R"({"$match":"contains","members":{"b":2}})", R"({"a":1,"b":2})", true},
      {"contains not", R"({"$match":"contains","members":{"c":2}})", R"({"a":1,"b":2})", false},
      {"includes", R"({"$match":"includes","item":2})", "[1,2]", true},
      {"includes not", R"({"$match":"includes","item":3})", "[1,2]", false},
      {"each", R"({"$match":"each","item":1,"min":1})", "[1,1]", true},
      {"each of too few", R"({"$match":"each","item":1,"min":1})", "[]", false},
      {"one of", R"({"$match":"oneOf","values":[404,429]})", "429", true},
      {"none of", R"({"$match":"oneOf","values":[404,429]})", "400", false},
      {"not this", R"({"$match":"not","value":{"$match":"range","max":3}})", "4", true},
      {"but this", R"({"$match":"not","value":"x"})", "\"x\"", false},
  }));
  DYNAMIC_SECTION(row.what) {
    const Json pattern = Json::parse(row.pattern);
    CHECK_NOTHROW(check_pattern(pattern));
    CHECK(match(pattern, Json::parse(row.actual)).empty() == row.same);
  }
}

TEST_CASE("a difference names its place and both sides", "[conformance]") {
  const Differences found =
      match(Json::parse(R"({"a":{"b":[1,2]}})"), Json::parse(R"({"a":{"b":[1,3]}})"));
  REQUIRE(found.size() == 1);
  CHECK(found.front().where == "$.a.b[1]");
  CHECK(found.front().expected == "2");
  CHECK(found.front().actual == "3");
}

TEST_CASE("members in the wrong order are said to be in the wrong order", "[conformance]") {
  const Differences found = match(Json::parse(R"({"a":1,"b":2})"), Json::parse(R"({"b":2,"a":1})"));
  REQUIRE(found.size() == 1);
  CHECK(found.front().expected == "members {a, b}");
  CHECK(found.front().actual == "members {b, a}");
}

TEST_CASE("a matcher that cannot work is a case error", "[conformance]") {
  const std::string pattern = GENERATE(
      as<std::string>(), R"({"$match":"uuuid"})", R"({"$match":7})", R"({"$match":"type"})",
      R"({"$match":"type","type":"text"})", R"({"$match":"regex","pattern":"("})",
      R"({"$match":"uuid","pattern":"x"})", R"({"$match":"range"})",
      R"({"$match":"range","min":"1"})", R"({"a":[{"$match":"each"}]})");
  DYNAMIC_SECTION(pattern) { CHECK_THROWS_AS(check_pattern(Json::parse(pattern)), CaseError); }
}

}  // namespace
}  // namespace dynsessions::conformance
