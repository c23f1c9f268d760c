#include "emulator/surfaces/control_plane/arm_path.h"

#include <string>

#include "tests/support/catch.h"

namespace dynsessions::surfaces::control_plane {
namespace {

bool is_arm(const std::string& path) {
  return is_arm_path(http::Target::parse(path).value().segments);
}

TEST_CASE("paths of ARM", "[arm]") {
  const auto path = GENERATE(values<std::string>({
      "/metadata/endpoints",
      "/tenants",
      "/providers/Microsoft.Authorization/roleDefinitions",
      "/v1.0/directoryObjects/getByIds",
      "/subscriptions",
      "/subscriptions/s",
      "/SUBSCRIPTIONS/s/Locations",
      "/subscriptions/s/providers",
      "/subscriptions/s/providers/Microsoft.App/sessionPools",
      "/subscriptions/s/resources",
      "/subscriptions/s/resourcegroups",
      "/subscriptions/s/resourcegroups/g/",
      "/subscriptions/s/resourceGroups/g/resources",
      "/subscriptions/s/resourcegroups/g/deployments/d/operations",
      "/subscriptions/s/resourcegroups/g/providers/Microsoft.App//sessionPools/p",
      "/subscriptions/s/resourceGroups/g/providers/Microsoft.App/sessionPools/p/providers/"
      "Microsoft.Authorization/roleAssignments/a",
      "/subscriptions/s/resourceGroups/g/providers/Microsoft.App/sessionPools/p/"
      "fetchMCPServerCredentials",
      "/subscriptions/s/resourceGroups/g/providers/Microsoft.Resources/deployments/sessionPools",
      "/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/p",
  }));
  DYNAMIC_SECTION(path) { CHECK(is_arm(path)); }
}

TEST_CASE("paths of the data plane, and those of its users' mistakes", "[arm]") {
  const auto path = GENERATE(values<std::string>({
      "/",
      "/metadata",
      "/metadata/endpoints/more",
      "/executions",
      "/files/providers",
      "/subscriptions/s/resourceGroups/g/sessionPools/p/executions",
      "/subscriptions/s/resourceGroups/g/sessionPools/p/files/providers",
      "/subscriptions/s/resourceGroups/g/sessionPools/code/execute",
      "/subscriptions/s/resourceGroups/g/code/execute",
      "/subscriptions/s/code/execute",
      "/subscriptions/s/resourceGroups/g/providers/Microsoft.App/sessionPools/p/executions",
      "/subscriptions/s/resourceGroups/g/providers/Microsoft.App/sessionPools/p/files/a.txt",
  }));
  DYNAMIC_SECTION(path) { CHECK_FALSE(is_arm(path)); }
}

TEST_CASE("the scope is taken off the path", "[arm]") {
  const auto target = http::Target::parse("/subscriptions/s/resourceGroups/g/resources").value();
  const ArmPath path = split_arm_path(target.segments);
  CHECK(path.scope.subscription == "s");
  CHECK(path.scope.group == "g");
  CHECK(path.rest.size() == 1);
}

}  // namespace
}  // namespace dynsessions::surfaces::control_plane
