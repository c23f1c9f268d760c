#include <ctime>

#include "emulator/control_plane_templates/limits.h"
#include "tests/support/catch.h"
#include "tests/unit/control_plane_templates/template_fixture.h"

/// Templates that try to use up the server's memory, time or stack.
namespace dynsessions::control_plane_templates {
namespace {

using Catch::Matchers::Contains;

std::string repeated(const std::string& text, std::size_t count) {
  std::string whole;
  for (std::size_t i = 0; i < count; ++i) whole += text;
  return whole;
}

/// Makes variables v0, v1, …; each is `use`, such as "concat($, $)", with the previous variable in
/// place of $.
Json chain(const std::string& use, std::size_t length) {
  Json variables{{"v0", "0123456789"}};
  for (std::size_t i = 1; i < length; ++i) {
    std::string expression = use;
    const std::string before = "variables('v" + std::to_string(i - 1) + "')";
    for (std::size_t at = 0; (at = expression.find('$', at)) != std::string::npos;) {
      expression.replace(at, 1, before);
      at += before.size();
    }
    variables["v" + std::to_string(i)] = "[" + expression + "]";
  }
  return {{"variables", variables}};
}

TEST_CASE("a text that doubles at each step ends at the bound", "[templates]") {
  CHECK_THAT(refusal_of(chain("concat($, $)", 60)), Contains("needs more than the 32 MiB"));
  CHECK_THAT(refusal_of(chain("createArray($, $)", 60)), Contains("needs more than the 32 MiB"));
  CHECK_THAT(refusal_of(chain("replace($, '0', $)", 60)), Contains("needs more than the 32 MiB"));
  CHECK_THAT(refusal_of(chain("format('{0}{0}{0}', $)", 60)), Contains("needs more than"));
}

TEST_CASE("a value that is nested deeper at each step ends at the bound", "[templates]") {
  const std::string deeper = repeated("createArray(", 50) + "$" + repeated(")", 50);
  const std::string refusal = refusal_of(chain(deeper, 400));
  CHECK_THAT(refusal, Contains("nested too deeply"));
}

TEST_CASE("many uses of one large value end at the bound", "[templates]") {
  Json variables{{"big", std::string(1 << 20, 'x')}};
  Json uses = Json::array();
  for (int i = 0; i < 1000; ++i) uses.push_back("[variables('big')]");
  variables["uses"] = uses;
  CHECK_THAT(refusal_of({{"variables", variables}}), Contains("needs more than the 32 MiB"));
}

TEST_CASE("expressions in each other are bounded", "[templates]") {
  const std::string deep = repeated("concat(", 1000) + "'a'" + repeated(")", 1000);
  CHECK_THAT(refusal_of_expression(deep), Contains("it is nested too deeply"));
  CHECK_THAT(refusal_of_expression("createArray()" + repeated("[0]", 1000)),
             Contains("it is nested too deeply"));
  CHECK_THAT(refusal_of_expression(repeated("a(", 5000)), Contains("it is nested too deeply"));
}

TEST_CASE("a long chain of variables is bounded", "[templates]") {
  // Variables are evaluated in alphabetical order, so the last one is evaluated first.
  Json variables{{"z", 1}};
  std::string before = "z";
  for (int i = 999; i >= 600; --i) {
    const std::string name = "v" + std::to_string(i);
    variables[name] = "[variables('" + before + "')]";
    before = name;
  }
  CHECK_THAT(refusal_of({{"variables", variables}}), Contains("nested too deeply"));
}

TEST_CASE("an expression has a longest length", "[templates]") {
  CHECK_THAT(refusal_of_expression("'" + std::string(limits::kExpressionBytes, 'x') + "'"),
             Contains("is longer than the 24576 characters"));
}

TEST_CASE("loops in loops are bounded", "[templates]") {
  Json inner{{"name", "x"}};
  for (int depth = 0; depth < 10; ++depth) {
    inner = {{"copy", {{{"name", "l" + std::to_string(depth)}, {"count", 800}, {"input", inner}}}}};
  }
  CHECK_THAT(refusal_of({{"resources", {pool("a", {{"properties", inner}})}}}),
             Contains("needs more than the 32 MiB"));
  const std::string found = "[reference('b').x]";
  CHECK_THAT(refusal_of({{"resources",
                          {pool("b"), pool("a", {{"properties", inner}, {"location", found}})}}}),
             Contains("needs more than the 32 MiB"));
}

TEST_CASE("loops of resources are bounded together", "[templates]") {
  Json resources = Json::array();
  for (const char* name : {"a", "b"}) {
    resources.push_back(pool("[concat('" + std::string(name) + "', copyIndex())]",
                             {{"copy", {{"name", name}, {"count", 500}}}}));
  }
  CHECK_THAT(refusal_of({{"resources", resources}}), Contains("more than 800 resources"));
}

TEST_CASE("parameters, variables and outputs have a greatest number", "[templates]") {
  Json values = Json::object();
  for (int i = 0; i < 600; ++i) {
    values["n" + std::to_string(i)] = {{"type", "int"}, {"defaultValue", 1}, {"value", 1}};
  }
  CHECK_THAT(refusal_of({{"parameters", values}}), Contains("more than 256 parameters"));
  CHECK_THAT(refusal_of({{"variables", values}}), Contains("more than 512 variables"));
  CHECK_THAT(refusal_of({{"outputs", values}}), Contains("more than 64 outputs"));
}

TEST_CASE("a template of 4 MB is planned soon", "[templates]") {
  Json items = Json::array();
  const std::string expression = "[concat(parameters('p'), parameters('p'))]";
  for (std::size_t size = 0; size < limits::kTemplateBytes; size += expression.size()) {
    items.push_back(expression);
  }
  const Json parts{{"parameters", {{"p", {{"type", "string"}, {"defaultValue", "abcdefgh"}}}}},
                   {"variables", {{"v", items}}}};
  const std::clock_t begin = std::clock();
  CHECK(refusal_of(parts).empty());
  // Processor time, which other programs do not change; without optimisation it is under 2 s.
  CHECK((std::clock() - begin) / CLOCKS_PER_SEC < 20);
}

TEST_CASE("resources that all depend on each other are refused soon", "[templates]") {
  Json resources = Json::array();
  Json names = Json::array();
  for (int i = 0; i < 800; ++i) names.push_back("p" + std::to_string(i));
  for (int i = 0; i < 800; ++i) {
    resources.push_back(pool(names[std::size_t(i)], {{"dependsOn", "[variables('names')]"}}));
  }
  const std::string refusal =
      refusal_of({{"variables", {{"names", names}}}, {"resources", resources}});
  CHECK_FALSE(refusal.empty());
}

}  // namespace
}  // namespace dynsessions::control_plane_templates
