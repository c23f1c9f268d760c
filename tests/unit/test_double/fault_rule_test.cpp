#include "emulator/test_double/faults/fault_rule.h"

#include <string>

#include "emulator/test_double/faults/presets.h"
#include "tests/support/catch.h"

namespace dynsessions::test_double {
namespace {

using nlohmann::json;

Result<FaultRule> parsed_rule(const std::string& text) {
  const FaultContext context{{{"execute", FaultNeed::session},
                              {"list_files", FaultNeed::session},
                              {"get_session_pool", FaultNeed::token},
                              {"get_token", FaultNeed::nothing}}};
  return parse_fault_rule(json::parse(text), context, "");
}

TEST_CASE("a rule is read with its match and its effect", "[double][faults]") {
  const auto rule = parsed_rule(
      R"({"id":"a","match":{"operation":"execute","identifier":"u*","times":3},)"
      R"("effect":{"status":429,"code":"C","message":"m","headers":{"Retry-After":"1"}}})");
  REQUIRE(rule);
  CHECK(rule->id == "a");
  CHECK(rule->match.operation == "execute");
  CHECK(rule->match.identifier == "u*");
  CHECK(rule->match.times == 3);
  const auto& status = std::get<effects::Status>(rule->effect);
  CHECK(status.status == 429);
  CHECK(status.headers == std::vector<std::pair<std::string, std::string>>{{"Retry-After", "1"}});
}

TEST_CASE("every preset is a rule, and so is its answer", "[double][faults]") {
  const std::string names = preset_names();
  std::size_t begin = 0;
  int count = 0;
  while (begin < names.size()) {
    const std::size_t end = std::min(names.find(", ", begin), names.size());
    const std::string name = names.substr(begin, end - begin);
    const auto rule = parsed_rule(R"({"id":"a","preset":")" + name + R"("})");
    REQUIRE(rule);
    CHECK(rule->effect_name == name);
    const auto again = parsed_rule(to_json(*rule).dump());
    REQUIRE(again);
    CHECK(to_json(*again) == to_json(*rule));
    begin = end + 2;
    ++count;
  }
  CHECK(count == 7);
}

TEST_CASE("every effect can be given in its short form", "[double][faults]") {
  const std::string effect = GENERATE(
      as<std::string>(), R"({"reset":true})", R"({"hang":true})", R"({"kill-kernel":true})",
      R"({"evict":true})", R"({"pool-full":true})", R"({"allocation-failed":true})",
      R"({"reject-token":true})", R"({"truncate":0})", R"({"lose-file":"*"})",
      R"({"slice":{"bytes":1}})", R"({"slow-allocation":{"seconds":1}})", R"({"status":500})",
      R"({"delay":{"seconds":1.5}})");
  CHECK(parsed_rule(R"({"effect":)" + effect + "}"));
}

TEST_CASE("the field of a nested mistake is named with its path", "[double][faults]") {
  const auto rule = parsed_rule(R"({"effect":{"delay":{"seconds":"1"}}})");
  REQUIRE_FALSE(rule);
  CHECK(rule.error().target == "effect.delay.seconds");
  const auto in_list = parse_fault_rule(json::parse(R"({"effect":{}})"), {}, "value[3]");
  REQUIRE_FALSE(in_list);
  CHECK(in_list.error().target == "value[3].effect");
}

TEST_CASE("an unknown operation is refused with those that there are", "[double][faults]") {
  const auto rule = parsed_rule(R"({"match":{"operation":"fly"},"effect":{"hang":true}})");
  REQUIRE_FALSE(rule);
  CHECK(rule.error().target == "match.operation");
  CHECK_THAT(rule.error().reason,
             Catch::Contains("execute, list_files, get_session_pool, get_token"));
}

TEST_CASE("an effect is refused for an operation that lacks what it acts on", "[double][faults]") {
  struct Row {
    std::string operation, effect, lack;
  };
  const auto row = GENERATE(values<Row>({
      {"execute", R"({"pool-full":true})", ""},
      {"execute", R"({"reject-token":true})", ""},
      {"get_session_pool", R"({"reject-token":{"status":403}})", ""},
      {"get_session_pool", R"({"pool-full":true})", "session"},
      {"get_token", R"({"evict":true})", "session"},
      {"get_token", R"({"reject-token":true})", "token"},
      {"get_token", R"({"status":503})", ""},
  }));
  DYNAMIC_SECTION(row.operation << " " << row.effect) {
    const auto rule = parsed_rule(R"({"match":{"operation":")" + row.operation + R"("},"effect":)" +
                                  row.effect + "}");
    REQUIRE(rule.has_value() == row.lack.empty());
    if (!rule) CHECK_THAT(rule.error().message, Catch::Contains("has no " + row.lack));
  }
}

TEST_CASE("contradictions and unknown words are refused by field", "[double][faults]") {
  struct Row {
    std::string rule, field;
  };
  const auto row = GENERATE(values<Row>({
      {R"({"match":{"method":"FETCH"},"effect":{"hang":true}})", "match.method"},
      {R"({"effect":{"status":503,"delay":{"seconds":1}}})", "effect.delay"},
      {R"({"effect":{"status":503,"headers":{"Retry-After":1.5}}})", "effect.headers"},
      {R"({"match":{"nth":2,"every":3},"effect":{"hang":true}})", "match.every"},
  }));
  DYNAMIC_SECTION(row.rule) {
    const auto rule = parsed_rule(row.rule);
    REQUIRE_FALSE(rule);
    CHECK(rule.error().target == row.field);
  }
}

TEST_CASE("a header of an answer can be a whole number", "[double][faults]") {
  const auto rule = parsed_rule(
      R"({"match":{"method":"post"},"effect":{"status":503,"headers":{"Retry-After":2}}})");
  REQUIRE(rule);
  const auto& status = std::get<effects::Status>(rule->effect);
  CHECK(status.headers == std::vector<std::pair<std::string, std::string>>{{"Retry-After", "2"}});
}

}  // namespace
}  // namespace dynsessions::test_double
