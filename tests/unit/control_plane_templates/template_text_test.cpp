#include "emulator/control_plane_templates/template_text.h"

#include <string>

#include "tests/support/catch.h"

namespace dynsessions::control_plane_templates {
namespace {

TEST_CASE("a template can have comments", "[templates]") {
  const auto parsed = parse_template_text("// one\n{\"a\": /* two */ 1}");
  REQUIRE(parsed);
  CHECK((*parsed)["a"] == 1);
}

TEST_CASE("the body of az has the key of the template without quotes", "[templates]") {
  const auto parsed = parse_deployment_body(
      R"({"properties": {"parameters": {}, "mode": "Incremental", template:{ // mine
           "resources": [ /* none */ ] }}})");
  REQUIRE(parsed);
  CHECK((*parsed)["properties"]["template"]["resources"].is_array());
  CHECK((*parsed)["properties"]["mode"] == "Incremental");
}

TEST_CASE("the bare key is found behind white space and comments", "[templates]") {
  CHECK(parse_deployment_body("{ /* , template: */ \n template \n : 1}"));
  CHECK(parse_deployment_body("{\"a\":1, // template:\n template:{}}"));
}

TEST_CASE("only the one bare key is accepted", "[templates]") {
  const std::string body =
      GENERATE(as<std::string>(), "{templates:1}", "{parameters:1}", "{template}", "template:1",
               "{\"a\": template:1}", "{\"a\":\"{template:\", b:1}", "{template:{template:1}}", "",
               "{", "\"", "/*", "{template:");
  CHECK_FALSE(parse_deployment_body(body));
}

TEST_CASE("texts that contain the bare key stay as they are", "[templates]") {
  const auto parsed =
      parse_deployment_body(R"({"a": "{template:", "b": "\",template:", template:1})");
  REQUIRE(parsed);
  CHECK((*parsed)["a"] == "{template:");
  CHECK((*parsed)["b"] == "\",template:");
  CHECK((*parsed)["template"] == 1);
}

TEST_CASE("a body that is nested too deeply is none", "[templates]") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK(parse_template_text(nested(64)));
  CHECK_FALSE(parse_template_text(nested(65)));
  CHECK_FALSE(parse_template_text(std::string(4 << 20, '[')));
}

}  // namespace
}  // namespace dynsessions::control_plane_templates
