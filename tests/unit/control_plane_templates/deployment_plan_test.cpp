#include "emulator/control_plane_templates/deployment_plan.h"

#include "tests/support/catch.h"
#include "tests/unit/control_plane_templates/template_fixture.h"

namespace dynsessions::control_plane_templates {
namespace {

using Catch::Matchers::Contains;

/// Returns the names of the resources that are put, in order.
std::string put_names(const DeploymentPlan& plan) {
  std::string names;
  for (const PlannedResource& resource : plan.resources()) {
    if (resource.is_deployed && !resource.is_existing) names += resource.name + ' ';
  }
  return names;
}

std::string order_of(const std::vector<Json>& resources) {
  const auto plan = plan_of({{"resources", Json(resources)}});
  return plan ? put_names(*plan) : plan.error().message;
}

TEST_CASE("a resource is planned with its id and the body of its PUT", "[templates]") {
  const Json resource =
      pool("[concat('a', '-pool')]",
           {{"location", "[resourceGroup().location]"},
            {"tags", {{"k", "[[v]"}}},
            {"comments", "mine"},
            {"dependsOn", Json::array()},
            {"properties", {{"scaleConfiguration", {{"maxConcurrentSessions", 5}}}}}});
  const auto plan = plan_of({{"resources", {resource}}});
  REQUIRE(plan);
  REQUIRE(plan->resources().size() == 1);
  const PlannedResource& planned = plan->resources().front();
  CHECK(planned.id == std::string(kPools) + "a-pool");
  CHECK(planned.type == kPoolType);
  CHECK(planned.api_version == "2025-07-01");
  CHECK(planned.body ==
        Json{{"location", "westeurope"},
             {"tags", {{"k", "[v]"}}},
             {"properties", {{"scaleConfiguration", {{"maxConcurrentSessions", 5}}}}}});
}

TEST_CASE("resources follow those that they depend on", "[templates]") {
  const Json by_id = {std::string(kPools) + "c"};
  const Json by_function = {"[resourceId('Microsoft.App/sessionPools', 'c')]"};
  const Json by_type = {"microsoft.app/sessionpools/C"};
  const Json by_name = {"c"};
  const Json depends_on = GENERATE_COPY(by_id, by_function, by_type, by_name);
  CHECK(order_of({pool("a", {{"dependsOn", depends_on}}), pool("b"), pool("c")}) == "b c a ");
}

TEST_CASE("resources without an order keep that of the template", "[templates]") {
  CHECK(order_of({pool("z"), pool("a"), pool("m")}) == "z a m ");
}

TEST_CASE("a resource follows those that its body refers to", "[templates]") {
  CHECK(order_of({pool("a", {{"location", "[reference('c').region]"}}), pool("c")}) == "c a ");
  CHECK(order_of({pool("a", {{"location",
                              "[reference(resourceId('Microsoft.App/sessionPools', "
                              "'c'), '2025-07-01', 'Full').location]"}}),
                  pool("c")}) == "c a ");
}

TEST_CASE("resources that depend on each other are refused with their circle", "[templates]") {
  const std::string message =
      order_of({pool("a", {{"dependsOn", {"b"}}}), pool("b", {{"dependsOn", {"c"}}}),
                pool("c", {{"location", "[reference('b').x]"}})});
  CHECK_THAT(message, Contains("Circular dependency detected on resource: "));
  CHECK_THAT(message,
             Contains("sessionPools/b' depends on") && Contains("sessionPools/c' depends on"));
  CHECK_THAT(message, !Contains("sessionPools/a'"));
  CHECK_THAT(order_of({pool("a", {{"dependsOn", {"a"}}})}), Contains("Circular dependency"));
}

TEST_CASE("a dependency that the template does not have is refused", "[templates]") {
  CHECK_THAT(order_of({pool("a", {{"dependsOn", {"nope"}}})}),
             Contains("The resource 'nope'") && Contains("is not defined in the template"));
}

TEST_CASE("two resources of one id are refused", "[templates]") {
  CHECK_THAT(order_of({pool("a"), pool("A")}), Contains("is defined multiple times"));
}

TEST_CASE("a resource whose condition does not hold is not put", "[templates]") {
  CHECK(order_of({pool("a", {{"condition", false}}), pool("b", {{"dependsOn", {"a"}}})}) == "b ");
  CHECK(order_of({pool("a", {{"condition", "[equals(1, 1)]"}})}) == "a ");
  // The body of a resource without deployment is not evaluated.
  CHECK(order_of({pool("a", {{"condition", false}, {"location", "[int('x')]"}})}).empty());
  CHECK_THAT(order_of({pool("a", {{"condition", "yes"}})}), Contains("of type 'Boolean'"));
}

TEST_CASE("children have the names of their parents in front and follow them", "[templates]") {
  const Json child{{"type", "parts"}, {"apiVersion", "1"}, {"name", "c"}};
  const auto plan = plan_of({{"resources", {pool("a", {{"resources", {child}}})}}});
  REQUIRE(plan);
  REQUIRE(plan->resources().size() == 2);
  CHECK(plan->resources()[1].id == std::string(kPools) + "a/parts/c");
  CHECK(plan->resources()[1].name == "a/c");
  CHECK_FALSE(plan->resources()[0].body.contains("resources"));
  const auto without =
      plan_of({{"resources", {pool("a", {{"condition", false}, {"resources", {child}}})}}});
  REQUIRE(without);
  CHECK(put_names(*without).empty());
}

TEST_CASE("resources can stand in an object by symbols", "[templates]") {
  const Json resources{
      {"zero", pool("p0", {{"dependsOn", {"first"}}, {"location", "[reference('known').place]"}})},
      {"first", pool("p1")},
      {"known", pool("old", {{"existing", true}})}};
  auto plan = plan_of({{"languageVersion", "2.0"}, {"resources", resources}});
  REQUIRE(plan);
  CHECK(put_names(*plan) == "p1 p0 ");
  const PlannedResource& last = plan->resources().back();
  const std::string id = std::string(kPools) + "old";
  REQUIRE(last.references.size() == 1);
  const auto body = plan->body_of(
      last, {{*last.references.begin(), Json{{"id", id}, {"properties", {{"place", "here"}}}}}});
  REQUIRE(body);
  CHECK(body->json == Json{{"location", "here"}});
}

TEST_CASE("a loop makes a resource per number", "[templates]") {
  const Json copy{{"name", "pools"}, {"count", 2}};
  const Json looped = pool("[concat('p', copyIndex(1))]",
                           {{"copy", copy}, {"tags", {{"n", "[string(copyIndex('pools'))]"}}}});
  const auto plan = plan_of({{"resources", {pool("z", {{"dependsOn", {"pools"}}}), looped}}});
  REQUIRE(plan);
  CHECK(put_names(*plan) == "p1 p2 z ");
  CHECK(plan->resources()[1].body == Json{{"tags", {{"n", "1"}}}});
}

TEST_CASE("a loop over symbols gives each a number", "[templates]") {
  const Json resources{
      {"all", pool("[concat('p', copyIndex())]", {{"copy", {{"name", "all"}, {"count", 2}}}})},
      {"one", pool("q", {{"dependsOn", {"all[1]"}}})},
      {"rest", pool("r", {{"dependsOn", {"all"}}})}};
  const auto plan = plan_of({{"resources", resources}});
  REQUIRE(plan);
  CHECK(put_names(*plan) == "p0 p1 q r ");
}

TEST_CASE("a loop in an object makes an array", "[templates]") {
  const Json properties{{"copy",
                         {{{"name", "secrets"},
                           {"count", 2},
                           {"input", {{"name", "[format('s{0}', copyIndex('secrets'))]"}}}}}}};
  const auto plan = plan_of({{"resources", {pool("a", {{"properties", properties}})}}});
  REQUIRE(plan);
  CHECK(plan->resources()[0].body["properties"] ==
        Json{{"secrets", {{{"name", "s0"}}, {{"name", "s1"}}}}});
}

TEST_CASE("a loop of a number out of bounds is refused", "[templates]") {
  const Json count =
      GENERATE(Json(801), Json(-1), Json("x"), Json(1.5), Json(18446744073709551615U));
  const Json copy{{"name", "l"}, {"count", count}};
  CHECK_THAT(order_of({pool("[concat('p', copyIndex())]", {{"copy", copy}})}),
             Contains("The count of the copy loop 'l'"));
}

TEST_CASE("a resource can extend another one", "[templates]") {
  const std::string scope = GENERATE(as<std::string>(), "Microsoft.App/sessionPools/a",
                                     "[resourceId('Microsoft.App/sessionPools', 'a')]");
  const Json role{{"type", "Microsoft.Authorization/roleAssignments"},
                  {"apiVersion", "2022-04-01"},
                  {"name", "[guid('x')]"},
                  {"scope", scope},
                  {"dependsOn", {"a"}}};
  const auto plan = plan_of({{"resources", {role, pool("a")}}});
  REQUIRE(plan);
  CHECK_THAT(plan->resources()[1].id,
             Catch::StartsWith(std::string(kPools) +
                               "a/providers/Microsoft.Authorization/roleAssignments/"));
}

TEST_CASE("a template of a subscription makes groups and goes into them", "[templates]") {
  const Json group{{"type", "Microsoft.Resources/resourceGroups"},
                   {"apiVersion", "2021-04-01"},
                   {"name", "rg9"},
                   {"location", "westeurope"}};
  const Json source = template_of({{"resources", {pool("a", {{"resourceGroup", "rg9"}}), group}}});
  const auto plan = DeploymentPlan::make(subscription_scope(), source, Json::object());
  REQUIRE(plan);
  const std::string base = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg9";
  CHECK(plan->resources()[0].id == base + "/providers/Microsoft.App/sessionPools/a");
  CHECK(plan->resources()[1].id == base);
}

TEST_CASE("outputs read the resources that were deployed", "[templates]") {
  const Json outputs{
      {"endpoint", {{"type", "string"}, {"value", "[reference('a').poolManagementEndpoint]"}}},
      {"place", {{"type", "string"}, {"value", "[reference('a', '1', 'full').location]"}}},
      {"absent", {{"type", "string"}, {"condition", false}, {"value", "[int('x')]"}}},
      {"list", {{"type", "array"}, {"copy", {{"count", 2}, {"input", "[add(copyIndex(), 5)]"}}}}}};
  auto plan = plan_of({{"resources", {pool("a")}}, {"outputs", outputs}});
  REQUIRE(plan);
  REQUIRE(plan->output_references().size() == 1);
  const Json answer{{"location", "East US"},
                    {"properties", {{"poolManagementEndpoint", "https://x"}}}};
  const auto values = plan->outputs({{*plan->output_references().begin(), answer}});
  REQUIRE(values);
  CHECK(values->json == Json{{"endpoint", {{"type", "String"}, {"value", "https://x"}}},
                             {"place", {{"type", "String"}, {"value", "East US"}}},
                             {"list", {{"type", "Array"}, {"value", {5, 6}}}}});
  const auto missing = plan->outputs({});
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == "ResourceNotFound");
}

TEST_CASE("reference is an error where no resource exists yet", "[templates]") {
  const Json use = "[reference('a').x]";
  const Json parts =
      GENERATE_COPY(Json{{"variables", {{"v", use}}}},
                    Json{{"resources", {pool("a", {{"condition", "[reference('a').x]"}})}}},
                    Json{{"resources", {pool("[reference('a').x]")}}},
                    Json{{"parameters", {{"p", {{"type", "string"}, {"defaultValue", use}}}}}});
  CHECK_THAT(refusal_of(parts), Contains("'reference' is not expected at this location"));
}

TEST_CASE("the template of a nested deployment keeps its own expressions", "[templates]") {
  const Json inner{{"resources", {pool("[parameters('inner')]")}}};
  const Json nested{{"type", "Microsoft.Resources/deployments"},
                    {"apiVersion", "2025-04-01"},
                    {"name", "module"},
                    {"properties",
                     {{"mode", "Incremental"},
                      {"expressionEvaluationOptions", {{"scope", "inner"}}},
                      {"parameters", {{"inner", {{"value", "[toUpper('x')]"}}}}},
                      {"template", inner}}}};
  const auto plan = plan_of({{"resources", {nested}}});
  REQUIRE(plan);
  const Json& properties = plan->resources()[0].body["properties"];
  CHECK(properties["template"] == inner);
  CHECK(properties["parameters"]["inner"]["value"] == "X");
}

struct BadTemplate {
  std::string what;
  Json parts;
  std::string message;
};

TEST_CASE("a template of the wrong shape is refused with the place", "[templates]") {
  const std::vector<BadTemplate> cases{
      {"resources", {{"resources", 5}}, "The member 'resources'"},
      {"resource", {{"resources", {5}}}, "A resource is expected"},
      {"no type", {{"resources", {{{"name", "a"}}}}}, "'type' is not found"},
      {"no name", {{"resources", {{{"type", "A.B/c"}}}}}, "'name' is not found"},
      {"no version", {{"resources", {{{"type", "A.B/c"}, {"name", "a"}}}}}, "'apiVersion'"},
      {"empty name", {{"resources", {pool("")}}}, "is empty"},
      {"name is a number", {{"resources", {pool("[add(1, 1)]")}}}, "of type 'String'"},
      {"segments", {{"resources", {pool("a/b")}}}, "incorrect segment lengths"},
      {"dependsOn", {{"resources", {pool("a", {{"dependsOn", "b"}})}}}, "of type 'Array'"},
      {"dependsOn item", {{"resources", {pool("a", {{"dependsOn", {5}}})}}}, "of type 'String'"},
      {"copy", {{"resources", {pool("a", {{"copy", 5}})}}}, "needs a 'name' and a 'count'"},
      {"variables", {{"variables", 5}}, "'variables'"},
      {"parameters", {{"parameters", 5}}, "'parameters'"},
      {"outputs", {{"outputs", 5}}, "'outputs'"},
      {"output", {{"outputs", {{"o", 5}}}}, "the template output 'o'"},
      {"output without value", {{"outputs", {{"o", {{"type", "int"}}}}}}, "no 'value'"},
      {"type of output", {{"outputs", {{"o", {{"type", "int"}, {"value", "x"}}}}}}, "'Integer'"},
      {"functions", {{"functions", {1}}}, "user-defined functions"},
      {"definitions", {{"definitions", {{"t", 1}}}}, "'definitions'"}};
  for (const BadTemplate& one : cases) {
    DYNAMIC_SECTION(one.what) {
      CHECK_THAT(refusal_of(one.parts), Contains("InvalidTemplate") && Contains(one.message));
    }
  }
}

TEST_CASE("a template without its required members is refused", "[templates]") {
  const std::string member = GENERATE(as<std::string>(), "$schema", "contentVersion", "resources");
  Json source = template_of(Json::object());
  source.erase(member);
  const auto plan = DeploymentPlan::make(group_scope(), source, Json::object());
  REQUIRE_FALSE(plan);
  CHECK(plan.error().code == "InvalidRequestContent");
  CHECK_THAT(plan.error().message, Contains("'" + member + "' not found"));
  CHECK_FALSE(DeploymentPlan::make(group_scope(), Json::array(), Json::object()));
}

}  // namespace
}  // namespace dynsessions::control_plane_templates
