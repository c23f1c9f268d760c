#include "emulator/base/json_text.h"

#include "tests/support/catch.h"

namespace dynsessions {
namespace {

TEST_CASE("a text that is not JSON is discarded", "[core][json]") {
  CHECK(parse_json(R"({"b": 1, "a": [2]})").dump() == R"({"a":[2],"b":1})");
  CHECK(parse_ordered_json(R"({"b": 1, "a": [2]})").dump() == R"({"b":1,"a":[2]})");
  for (const char* text : {"", "{", "nothing", R"({"a": 1} {})", "[1,]"}) {
    CAPTURE(text);
    CHECK(parse_json(text).is_discarded());
    CHECK(parse_ordered_json(text).is_discarded());
  }
}

TEST_CASE("a dumped text is UTF-8, whatever the value has", "[core][json]") {
  CHECK(dumped(nlohmann::json("a\xff")) == "\"a\uFFFD\"");
  CHECK(dumped(nlohmann::ordered_json{{"b", 1}, {"a", 2}}, 1) == "{\n \"b\": 1,\n \"a\": 2\n}");
}

TEST_CASE("the member of what has none is null", "[core][json]") {
  CHECK(member_of(parse_json(R"({"a": 1})"), "a") == 1);
  CHECK(member_of(parse_json(R"({"a": 1})"), "b").is_null());
  CHECK(member_of(parse_json("[1]"), "a").is_null());
}

}  // namespace
}  // namespace dynsessions
