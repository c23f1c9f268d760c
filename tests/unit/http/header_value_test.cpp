#include "emulator/http/header_value.h"

#include <string>
#include <utility>
#include <vector>

#include "tests/support/catch.h"

namespace dynsessions::http {
namespace {

using Parameters = std::vector<std::pair<std::string, std::string>>;

struct HeaderValueRow {
  std::string text;
  std::string value;
  Parameters parameters;
};

TEST_CASE("a header value is taken apart into value and parameters", "[http][header_value]") {
  const auto row = GENERATE(values<HeaderValueRow>({
      {"", "", {}},
      {"text/plain", "text/plain", {}},
      {" text/plain ; charset = utf-8 ", "text/plain", {{"charset", "utf-8"}}},
      {"a;b=c;d=\"e\"", "a", {{"b", "c"}, {"d", "e"}}},
      {"a; b=\"semi;colon\"; c=d", "a", {{"b", "semi;colon"}, {"c", "d"}}},
      {R"(a; b="quo\"te")", "a", {{"b", "quo\"te"}}},
      {R"(a; b="back\\slash")", "a", {{"b", R"(back\slash)"}}},
      {R"(a; b="C:\dir\x.txt")", "a", {{"b", R"(C:\dir\x.txt)"}}},
      {"a; b=\"\"", "a", {{"b", ""}}},
      {"a;; b=c;", "a", {{"b", "c"}}},
      {"a; bare; b=c", "a", {{"b", "c"}}},
      {"a; b=c=d", "a", {{"b", "c=d"}}},
      {"a; b*=utf-8''x%20y", "a", {{"b*", "utf-8''x%20y"}}},
  }));
  DYNAMIC_SECTION(row.text) {
    const auto parsed = HeaderValue::parse(row.text);
    REQUIRE(parsed);
    CHECK(parsed->value == row.value);
    CHECK(parsed->parameters == row.parameters);
  }
}

TEST_CASE("a header value with a broken quoted string is unreadable", "[http][header_value]") {
  const auto text = GENERATE(values<std::string>({
      "a; b=\"",
      "a; b=\"c",
      R"(a; b="c\")",
      "a; b=\"c\"d",
  }));
  DYNAMIC_SECTION(text) { CHECK_FALSE(HeaderValue::parse(text)); }
}

TEST_CASE("the first parameter of a name counts, in any case", "[http][header_value]") {
  const auto parsed = HeaderValue::parse("a; Name=first; name=second");
  REQUIRE(parsed);
  CHECK(parsed->find("NAME") == "first");
  CHECK_FALSE(parsed->find("other"));
}

}  // namespace
}  // namespace dynsessions::http
