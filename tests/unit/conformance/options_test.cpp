#include "emulator/conformance/options.h"

#include "tests/support/catch.h"

namespace dynsessions::conformance {
namespace {

TEST_CASE("options are read, in any order", "[conformance]") {
  const ConformOptions options = parse_options(
      {"--endpoint", "http://h", "--max-sessions", "3", "--filter=a*", "--yes", "--json", "f"});
  CHECK(options.endpoint == "http://h");
  CHECK(options.budget.sessions == 3);
  CHECK(options.filter == "a*");
  CHECK(options.json == "f");
  CHECK(options.yes);
  CHECK_FALSE(options.plan);
}

TEST_CASE("a run has one foreign target: a pool or Azure Resource Manager", "[conformance]") {
  const ConformOptions options = parse_options({"--arm", "https://h", "--subscription", "s"});
  CHECK(options.foreign_url() == "https://h");
  CHECK(options.foreign_subscription() == "s");
  CHECK(options.budget.requests == Budget().requests);
  CHECK(parse_options({"--endpoint", "http://h"}).foreign_subscription().empty());
  CHECK_THROWS_AS(parse_options({"--arm", "https://h", "--endpoint", "http://h"}), UsageError);
}

TEST_CASE("an endpoint has a budget by default, the emulator has none", "[conformance]") {
  CHECK(parse_options({"--endpoint", "http://h"}).budget.sessions == Budget().sessions);
  CHECK(parse_options({}).budget.sessions > 1000 * Budget().sessions);
  CHECK(parse_options({"--max-sessions", "2"}).budget.sessions == 2);
}

TEST_CASE("a flag that is none or has no such value is wrong usage", "[conformance]") {
  const auto arguments = GENERATE(values<std::vector<std::string>>(
      {{"--endpont", "x"}, {"--max-minutes", "0"}, {"--max-sessions", "many"}, {"stray"}}));
  DYNAMIC_SECTION(arguments.front()) { CHECK_THROWS_AS(parse_options(arguments), UsageError); }
}

}  // namespace
}  // namespace dynsessions::conformance
