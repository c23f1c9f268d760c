#include "emulator/surfaces/control_plane/odata_filter.h"

#include <string>

#include "tests/support/catch.h"

namespace dynsessions::surfaces::control_plane {
namespace {

constexpr std::string_view kNames = "name resourcegroup atscope assignedto";

TEST_CASE("comparisons and functions of a filter", "[arm]") {
  const auto filter =
      parse_odata_filter(" resourceGroup eq 'rg1'  AND name EQ 'it''s' and atScope()", kNames);
  REQUIRE(filter.has_value());
  CHECK(filter->value_of("resourcegroup") == "rg1");
  CHECK(filter->value_of("name") == "it's");
  CHECK(filter->at_scope);
  CHECK(parse_odata_filter("assignedTo('abc')", kNames)->assigned_to == "abc");
  CHECK(parse_odata_filter("  ", kNames)->equal.empty());
}

TEST_CASE("a filter of another form is refused", "[arm]") {
  const auto text = GENERATE(values<std::string>(
      {"name", "name eq", "name eq 'a", "name eq a", "name ne 'a'", "other eq 'a'", "'a' eq name",
       "name eq 'a' or name eq 'b'", "name eq 'a' and", "name eq 'a' name eq 'b'",
       "name eq 'a' and name eq 'b'", "atScope(", "atScope", "assignedTo()", "(name eq 'a')"}));
  DYNAMIC_SECTION(text) {
    const auto filter = parse_odata_filter(text, kNames);
    REQUIRE_FALSE(filter.has_value());
    CHECK(filter.error().code == "InvalidFilterInQueryString");
  }
}

}  // namespace
}  // namespace dynsessions::surfaces::control_plane
