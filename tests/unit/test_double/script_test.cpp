#include "emulator/test_double/scripts/script.h"

#include <string>

#include "tests/support/catch.h"

namespace dynsessions::test_double {
namespace {

Script script_of(const std::string& text) {
  return parse_script(nlohmann::json::parse(text)).value();
}

ScriptRule rule_of(const std::string& members) {
  return script_of(R"({"rules":[{)" + members + "}]}").rules.at(0);
}

std::string field_of(const std::string& text) {
  const auto script = parse_script(nlohmann::json::parse(text));
  REQUIRE_FALSE(script);
  return script.error().target;
}

TEST_CASE("a rule matches code as a whole, by a pattern, or by its hash", "[double][scripts]") {
  const std::string code = "print(1)\n";
  struct Row {
    std::string members;
    bool expected;
  };
  const auto& [members, expected] = GENERATE_COPY(values<Row>({
      {R"("code":"print(1)\n")", true},
      {R"("code":"print(1)")", false},
      {R"("pattern":"^print")", true},
      {R"("pattern":"^1")", false},
      {R"("sha256":")" + sha256_of(code) + '"', true},
      {R"("sha256":")" + sha256_of("print(1)") + '"', false},
  }));
      DYNAMIC_SECTION(members) {
        CHECK(matches(rule_of(members), code, sha256_of(code)) == expected);
      }
}

TEST_CASE("a text result has the repr that Python would show", "[double][scripts]") {
    struct Row {
      std::string json, repr;
    };
    const auto& [json, repr] = GENERATE(values<Row>({
        {R"("plain")", "'plain'"},
        {R"("it's")", R"("it's")"},
        {R"("it's \"so\"")", R"('it\'s "so"')"},
        {R"("a\nb\t\\")", R"('a\nb\t\\')"},
        {R"("\u0001\u007f")", R"('\x01\x7f')"},
        {R"("ä")", "'ä'"},
    }));
    DYNAMIC_SECTION(json) {
      const ScriptRule rule = rule_of(R"("code":"x","result":)" + json);
      const auto& value = std::get<execution::StringValue>(rule.answer.value);
      CHECK(value.repr.in_memory() == repr);
    }
}

TEST_CASE("a figure is the value, and the result stands beside it", "[double][scripts]") {
    const ScriptRule rule = rule_of(
        R"("code":"x","result":{"text":"<Figure>"},"figure":{"format":"jpeg","base64":"YQ=="})");
    const auto& image = std::get<execution::ImageValue>(rule.answer.value);
    CHECK(image.format == "jpeg");
    CHECK(image.base64 == "YQ==");
    CHECK(std::get<execution::TextValue>(rule.answer.beside_image).text == "<Figure>");
}

TEST_CASE("an answer of a script can be sent back", "[double][scripts]") {
    Script script = script_of(R"({"rules":[{"code":"x","result":1,"times":2}],"strict":true})");
    script.rules[0].hits = 2;
    const nlohmann::json shown = to_json(script);
    CHECK(shown["rules"][0]["hits"] == 2);
    const Script again = parse_script(shown).value();
    CHECK(again.rules[0].hits == 0);
    CHECK(again.strict);
    CHECK(to_json(again)["rules"][0]["times"] == 2);
}

TEST_CASE("more rules than there may be are refused", "[double][scripts]") {
    nlohmann::json rules = nlohmann::json::array();
    for (std::size_t i = 0; i <= Script::kMostRules; ++i) rules.push_back({{"code", "x"}});
    CHECK(field_of(nlohmann::json{{"rules", rules}}.dump()) == "rules");
}

TEST_CASE("a hash is that of the text", "[double][scripts]") {
    CHECK(sha256_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace dynsessions::test_double
