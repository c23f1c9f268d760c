#include "emulator/surfaces/control_plane/resource_id.h"

#include <string>

#include "tests/support/catch.h"

namespace dynsessions::surfaces::control_plane {
namespace {

TEST_CASE("an id is read and written", "[arm]") {
  struct Example {
    std::string text, scope, type, name;
  };
  const auto example = GENERATE(values<Example>({
      {"/subscriptions/s/resourceGroups/g", "/subscriptions/s",
       "Microsoft.Resources/resourceGroups", "g"},
      {"/subscriptions/s/resourceGroups/g/providers/Microsoft.App/sessionPools/p",
       "/subscriptions/s/resourceGroups/g", "Microsoft.App/sessionPools", "p"},
      {"/subscriptions/s/providers/Microsoft.Resources/deployments/d", "/subscriptions/s",
       "Microsoft.Resources/deployments", "d"},
      {"/subscriptions/s/resourceGroups/g/providers/Microsoft.App/sessionPools/p/providers/"
       "Microsoft.Authorization/roleAssignments/a",
       "/subscriptions/s/resourceGroups/g/providers/Microsoft.App/sessionPools/p",
       "Microsoft.Authorization/roleAssignments", "a"},
      {"/subscriptions/s/providers/Microsoft.X/as/a/bs/b", "/subscriptions/s", "Microsoft.X/as/bs",
       "a/b"},
  }));
  DYNAMIC_SECTION(example.text) {
    const auto id = ResourceId::parse(example.text);
    REQUIRE(id.has_value());
    CHECK(id->scope == example.scope);
    CHECK(id->type == example.type);
    CHECK(id->name == example.name);
    CHECK(id->text() == example.text);
  }
}

TEST_CASE("a text that is no id is refused", "[arm]") {
  const auto text = GENERATE(values<std::string>(
      {"", "/", "subscriptions/s/resourceGroups/g", "/subscriptions", "/subscriptions/s",
       "/subscriptions/s/resourceGroups", "/subscriptions/s/providers/Microsoft.App",
       "/subscriptions/s/providers/Microsoft.App/sessionPools",
       "/subscriptions/s/providers/Microsoft.X/as/a/bs", "/tenants/t"}));
  DYNAMIC_SECTION(text) {
    const auto id = ResourceId::parse(text);
    REQUIRE_FALSE(id.has_value());
    CHECK(id.error().code == "InvalidResourceId");
  }
}

TEST_CASE("a scope holds what is below it, and no neighbour", "[arm]") {
  CHECK(is_within("/subscriptions/s/resourcegroups/g", "/subscriptions/s"));
  CHECK(is_within("/subscriptions/s", "/subscriptions/s"));
  CHECK_FALSE(is_within("/subscriptions/s2", "/subscriptions/s"));
  CHECK_FALSE(is_within("/subscriptions", "/subscriptions/s"));
}

}  // namespace
}  // namespace dynsessions::surfaces::control_plane
