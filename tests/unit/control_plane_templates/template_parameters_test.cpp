#include "tests/support/catch.h"
#include "tests/unit/control_plane_templates/template_fixture.h"

namespace dynsessions::control_plane_templates {
namespace {

using Catch::Matchers::Contains;

Json declared(const Json& declaration) { return {{"parameters", {{"p", declaration}}}}; }
Json given(const Json& value) { return {{"p", {{"value", value}}}}; }

TEST_CASE("a parameter has the value of the request, or its default value", "[templates]") {
  const Json parts = declared({{"type", "string"}, {"defaultValue", "[toUpper('def')]"}});
  const auto of_request = plan_of(parts, given("mine"));
  REQUIRE(of_request);
  CHECK(of_request->parameters() == Json{{"p", {{"type", "String"}, {"value", "mine"}}}});
  const auto of_template = plan_of(parts);
  REQUIRE(of_template);
  CHECK(of_template->parameters()["p"]["value"] == "DEF");
}

TEST_CASE("the value of a request is no expression", "[templates]") {
  const auto plan = plan_of(declared({{"type", "string"}}), given("[nope()]"));
  REQUIRE(plan);
  CHECK(plan->parameters()["p"]["value"] == "[nope()]");
}

TEST_CASE("names of parameters are compared without regard to case", "[templates]") {
  const auto plan = plan_of(declared({{"type", "INT"}}), {{"P", {{"value", 3}}}});
  REQUIRE(plan);
  CHECK(plan->parameters()["p"] == Json{{"type", "Int"}, {"value", 3}});
}

TEST_CASE("a default value can use other parameters in any order", "[templates]") {
  const Json parts{
      {"parameters",
       {{"a", {{"type", "string"}, {"defaultValue", "[concat(parameters('b'), '!')]"}}},
        {"b", {{"type", "string"}, {"defaultValue", "[parameters('c')]"}}},
        {"c", {{"type", "string"}}}}}};
  const auto plan = plan_of(parts, {{"c", {{"value", "x"}}}});
  REQUIRE(plan);
  CHECK(plan->parameters()["a"]["value"] == "x!");
}

TEST_CASE("values of secure parameters are used, but not shown", "[templates]") {
  const Json parts{{"parameters", {{"p", {{"type", "securestring"}}}}},
                   {"outputs",
                    {{"used", {{"type", "string"}, {"value", "[parameters('p')]"}}},
                     {"kept", {{"type", "secureString"}, {"value", "[parameters('p')]"}}}}}};
  auto plan = plan_of(parts, given("hush"));
  REQUIRE(plan);
  CHECK(plan->parameters() == Json{{"p", {{"type", "SecureString"}}}});
  const auto outputs = plan->outputs({});
  REQUIRE(outputs);
  CHECK(outputs->json["used"]["value"] == "hush");
  CHECK(outputs->json["kept"] == Json{{"type", "SecureString"}});
}

TEST_CASE("a nullable parameter can be absent", "[templates]") {
  const Json parts = declared({{"type", "string"}, {"nullable", true}});
  REQUIRE(plan_of(parts));
  CHECK(plan_of(parts)->parameters()["p"]["value"].is_null());
  CHECK(plan_of(parts, given(nullptr)));
}

struct BadValue {
  std::string what;
  Json declaration;
  Json given;
  std::string message;
};

TEST_CASE("a bad value of a parameter is refused with its rule", "[templates]") {
  const std::vector<BadValue> cases{
      {"missing",
       {{"type", "string"}},
       Json::object(),
       "The value for the template parameter 'p' is not provided"},
      {"null", {{"type", "string"}}, given(nullptr), "received a value of type 'Null'"},
      {"text for a number",
       {{"type", "int"}},
       given("5"),
       "Expected a value of type 'Integer', but received a value of type 'String'"},
      {"fraction", {{"type", "int"}}, given(1.5), "type 'Float'"},
      {"number for a text",
       {{"type", "string"}},
       given(5),
       "Expected a value of type 'String, Uri'"},
      {"text for a switch", {{"type", "bool"}}, given("true"), "'Boolean'"},
      {"object for an array", {{"type", "array"}}, given(Json::object()), "'Array'"},
      {"array for an object", {{"type", "object"}}, given(Json::array()), "'Object'"},
      {"not allowed",
       {{"type", "string"}, {"allowedValues", {"a", "b"}}},
       given("c"),
       "not part of the allowed value(s): 'a,b'"},
      {"allowed values are no array",
       {{"type", "string"}, {"allowedValues", 5}},
       given("c"),
       "no array"},
      {"too short", {{"type", "string"}, {"minLength", 3}}, given("éé"), "'minLength' of 3"},
      {"too long", {{"type", "array"}, {"maxLength", 1}}, given({1, 2}), "'maxLength' of 1"},
      {"too small", {{"type", "int"}, {"minValue", 5}}, given(4), "'minValue' of 5"},
      {"too large", {{"type", "int"}, {"maxValue", 5}}, given(6), "'maxValue' of 5"},
      {"bad bound", {{"type", "int"}, {"maxValue", "x"}}, given(6), "no whole number"},
      {"bad default", {{"type", "int"}, {"defaultValue", "x"}}, Json::object(), "'Integer'"},
      {"unknown type", {{"type", "number"}}, given(5), "The type 'number'"},
      {"no type", Json::object(), given(5), "The type ''"},
      {"type is no text", {{"type", 5}}, given(5), "'type'"},
      {"type of the template's own", {{"$ref", "#/definitions/x"}}, given(5), "'$ref'"},
      {"declaration is no object", 5, given(5), "'Object'"},
      {"key vault", {{"type", "string"}}, {{"p", {{"reference", Json::object()}}}}, "key vault"},
      {"no value", {{"type", "string"}}, {{"p", Json::object()}}, "{\"value\": …}"},
      {"bare value", {{"type", "string"}}, {{"p", "x"}}, "{\"value\": …}"},
      {"not declared",
       {{"type", "string"}},
       {{"q", {{"value", "x"}}}},
       "The template parameters 'q' in the parameters file are not valid"},
      {"parameters are no object", {{"type", "string"}}, Json::array(), "'Object'"}};
  for (const BadValue& one : cases) {
    DYNAMIC_SECTION(one.what) {
      CHECK_THAT(refusal_of(declared(one.declaration), one.given),
                 Contains("InvalidTemplate: ") && Contains(one.message));
    }
  }
}

TEST_CASE("parameters and variables that need themselves are refused", "[templates]") {
  const Json loop{{"a", "[variables('b')]"}, {"b", "[variables('A')]"}};
  CHECK_THAT(refusal_of({{"variables", loop}}), Contains("is defined by itself"));
  const Json self = declared({{"type", "string"}, {"defaultValue", "[parameters('p')]"}});
  CHECK_THAT(refusal_of(self), Contains("The template parameter 'p' is defined by itself"));
}

TEST_CASE("variables are values or expressions, alone, nested or in a loop", "[templates]") {
  const Json variables{{"a", {{"list", {1, "[add(1, 1)]"}}}},
                       {"b", "[variables('a').list[1]]"},
                       {"copy", {{{"name", "c"}, {"count", 3}, {"input", "[copyIndex('c', 1)]"}}}}};
  CHECK(value_of("variables('B')", {{"variables", variables}}) == 2);
  CHECK(value_of("variables('c')", {{"variables", variables}}) == Json{1, 2, 3});
}

}  // namespace
}  // namespace dynsessions::control_plane_templates
