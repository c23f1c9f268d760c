#include "emulator/test_double/scripts/script.h"

#include <cctype>
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
  const auto answers = [&code](const std::string& members) {
    return matches(rule_of(members), code, sha256_of(code));
  };
  CHECK(answers(R"j("code":"print(1)\n")j"));
  CHECK_FALSE(answers(R"j("code":"print(1)")j"));
  CHECK(answers(R"j("pattern":"^print")j"));
  CHECK_FALSE(answers(R"j("pattern":"^1")j"));
  CHECK(answers("\"sha256\":\"" + sha256_of(code) + '"'));
  CHECK_FALSE(answers("\"sha256\":\"" + sha256_of("print(1)") + '"'));
}

TEST_CASE("a text result has the repr that Python would show", "[double][scripts]") {
  const auto repr_of = [](const std::string& value) {
    const ScriptRule rule = rule_of("\"code\":\"x\",\"result\":" + value);
    return std::get<execution::StringValue>(rule.answer.value).repr.in_memory();
  };
  CHECK(repr_of(R"j("plain")j") == "'plain'");
  CHECK(repr_of(R"j("it's")j") == R"j("it's")j");
  CHECK(repr_of(R"j("it's \"so\"")j") == R"j('it\'s "so"')j");
  CHECK(repr_of(R"j("a\nb\t\\")j") == R"j('a\nb\t\\')j");
  CHECK(repr_of(R"j("\u0001\u007f")j") == R"j('\x01\x7f')j");
  CHECK(repr_of(R"j("ä")j") == "'ä'");
}

TEST_CASE("a list has the repr that Python would show", "[double][scripts]") {
  const ScriptRule rule = rule_of(R"("code":"x","result":[1,2.5,"a",[true,null],[]])");
  CHECK(std::get<execution::TextValue>(rule.answer.value).text ==
        "[1, 2.5, 'a', [True, None], []]");
  CHECK(field_of(R"({"rules":[{"code":"x","result":[{"a":1}]}]})") == "rules[0].result");
}

TEST_CASE("a hash can have large letters", "[double][scripts]") {
  std::string digest = sha256_of("x");
  for (char& c : digest) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  CHECK(matches(rule_of("\"sha256\":\"" + digest + '"'), "x", sha256_of("x")));
}

TEST_CASE("a figure is the value, and the result comes with it", "[double][scripts]") {
  const ScriptRule rule = rule_of(
      R"("code":"x","result":{"text":"<Figure>"},"figure":{"format":"jpeg","base64":"YQ=="})");
  const auto& image = std::get<execution::ImageValue>(rule.answer.value);
  CHECK(image.format == "jpeg");
  CHECK(image.base64 == "YQ==");
  CHECK(std::get<execution::TextValue>(rule.answer.with_image).text == "<Figure>");
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
