#include "emulator/base/shallow_json.h"

#include "tests/support/catch.h"

namespace dynsessions {
namespace {

TEST_CASE("what is wrong with a text that is not JSON is said with line and column", "[json]") {
  CHECK(why_not_json("{\n  \"a\": 1,\n}") ==
        "line 3, column 1: unexpected '}'; expected string literal");
  CHECK(why_not_json("") ==
        "line 1, column 1: unexpected end of input; expected '[', '{', or a literal");
  CHECK(why_not_json(std::string(65, '[') + std::string(65, ']')) ==
        "it is nested deeper than 64 levels");
  CHECK(why_not_json("[1e999]") == "it has a number that is too large");
  CHECK(why_not_json("// a comment\n[,]", 64, Comments::allowed).starts_with("line 2, column 2: "));
}

TEST_CASE("the complaint about a text does not quote it, because it can be secret", "[json]") {
  const std::string complaint = why_not_json(R"({"password": "hunter2\q"})");
  CHECK_THAT(complaint, Catch::StartsWith("line 1, column "));
  CHECK_THAT(complaint, !Catch::Contains("hunter2"));
  CHECK(why_not_json("{secret: 1}") ==
        "line 1, column 2: invalid literal; expected string literal");
}

TEST_CASE("a text that is nested without end costs no memory", "[json]") {
  CHECK_THAT(why_not_json(std::string(1'000'000, '[')), Catch::StartsWith("line 1, column "));
}

}  // namespace
}  // namespace dynsessions
