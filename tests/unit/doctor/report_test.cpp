#include "emulator/doctor/report.h"

#include <nlohmann/json.hpp>

#include "tests/support/catch.h"

namespace dynsessions::doctor::test {
namespace {

const Checks kChecks{
    {"environment", "python", Verdict::good, "3.11.2", ""},
    {"environment", "fonts", Verdict::warning, "no cache", "build it"},
    {"sandbox", "a name that is wider than its column", Verdict::bad, "no", "yes"}};

}  // namespace

TEST_CASE("the text has a heading per section, a line per check and the cure below it",
          "[doctor][report]") {
  CHECK(to_text(kChecks) ==
        "environment\n"
        "  good     python               3.11.2\n"
        "  warning  fonts                no cache\n"
        "                                cure: build it\n"
        "sandbox\n"
        "  bad      a name that is wider than its column no\n"
        "                                cure: yes\n");
}

TEST_CASE("the JSON has everything that the text has", "[doctor][report]") {
  const auto report = nlohmann::json::parse(to_json(kChecks));
  CHECK(report.at("healthy") == false);
  REQUIRE(report.at("checks").size() == 3);
  CHECK(report.at("checks")[1] == nlohmann::json{{"section", "environment"},
                                                 {"name", "fonts"},
                                                 {"verdict", "warning"},
                                                 {"finding", "no cache"},
                                                 {"cure", "build it"}});
}

TEST_CASE("a path that is not UTF-8 does not break the JSON", "[doctor][report]") {
  const Checks checks{{"environment", "python", Verdict::good, "3.11 at /p\xff", ""}};
  CHECK(nlohmann::json::parse(to_json(checks)).at("checks")[0].at("finding") ==
        "3.11 at /p\xEF\xBF\xBD");
}

TEST_CASE("only what is bad is unhealthy", "[doctor][report]") {
  CHECK_FALSE(is_healthy(kChecks));
  CHECK(is_healthy({kChecks[0], kChecks[1]}));
  CHECK(is_healthy({}));
}

}  // namespace dynsessions::doctor::test
