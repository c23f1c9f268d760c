#include "emulator/doctor/client.h"

#include <map>

#include "tests/support/catch.h"

namespace dynsessions::doctor {
namespace {

using Texts = std::map<std::string, std::string>;

config::Environment environment_of(Texts variables) {
  return [variables = std::move(variables)](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

const std::string kPool =
    "http://127.0.0.1:7070/subscriptions/s/resourceGroups/g/sessionPools/default";

TEST_CASE("an endpoint that clients can use is good", "[doctor][client]") {
  const auto value = GENERATE(values<std::string>(
      {kPool, kPool + "/", "http://127.0.0.1:7070", "http://127.0.0.1:7070/sessionpools/p"}));
  const Check check = check_endpoint({"POOL_MANAGEMENT_ENDPOINT", value});
  CHECK(check.verdict == Verdict::good);
  CHECK(check.cure.empty());
}

TEST_CASE("an endpoint with a mistake is bad and has a cure", "[doctor][client]") {
  struct Mistake {
    std::string value, cure;
  };
  const auto row = GENERATE(values<Mistake>({
      {kPool + "/python/execute", "export POOL_MANAGEMENT_ENDPOINT=" + kPool},
      {kPool + "/code/execute/", "export POOL_MANAGEMENT_ENDPOINT=" + kPool},
      {"http://127.0.0.1:7070/subscriptions/s/resourceGroups/g", "sessionPools/NAME"},
      {"http://127.0.0.1:7070/subscriptions/s/resourceGroups/g/sessionPools", "sessionPools/NAME"},
      {"127.0.0.1:7070", "dynsessions env"},
      {kPool + "?api-version=x", "dynsessions env"},
  }));
  DYNAMIC_SECTION(row.value) {
    const Check check = check_endpoint({"POOL_MANAGEMENT_ENDPOINT", row.value});
    CHECK(check.verdict == Verdict::bad);
    CHECK_THAT(check.cure, Catch::Contains(row.cure));
  }
}

TEST_CASE("a client that takes https only is not given http", "[doctor][client]") {
  CHECK(check_endpoint({"ACA_POOL_MANAGEMENT_ENDPOINT", kPool}).verdict == Verdict::bad);
  const std::string https = "https://localhost:7443/sessionPools/p";
  CHECK(check_endpoint({"ACA_POOL_MANAGEMENT_ENDPOINT", https}).verdict == Verdict::good);
}

TEST_CASE("a proxy that catches the host of the endpoint is bad", "[doctor][client]") {
  const auto verdict = [](Texts variables) {
    const Checks checks = check_proxies("localhost", environment_of(std::move(variables)));
    REQUIRE(checks.size() == 1);
    return checks.front().verdict;
  };
  CHECK(check_proxies("localhost", environment_of({})).empty());
  CHECK(verdict({{"HTTP_PROXY", "http://p"}}) == Verdict::bad);
  CHECK(verdict({{"all_proxy", "http://p"}, {"NO_PROXY", "127.0.0.1"}}) == Verdict::bad);
  CHECK(verdict({{"https_proxy", "http://p"}, {"NO_PROXY", "a,localhost"}}) == Verdict::good);
  CHECK(verdict({{"https_proxy", "http://p"}, {"no_proxy", "*"}}) == Verdict::good);
  CHECK(verdict({{"HTTP_PROXY", "http://p"}, {"no_proxy", "a"}, {"NO_PROXY", "localhost"}}) ==
        Verdict::bad);
}

TEST_CASE("a variable that leads credentials to Azure is a warning", "[doctor][client]") {
  const Checks checks = check_credentials(environment_of({{"AZURE_CLIENT_SECRET", "s"}}));
  REQUIRE(checks.size() == 1);
  CHECK(checks.front().verdict == Verdict::warning);
  CHECK(checks.front().cure == "unset AZURE_CLIENT_SECRET");
}

TEST_CASE("each variable that names an endpoint is looked at", "[doctor][client]") {
  const auto found = endpoint_variables(environment_of(
      {{"POOL_MANAGEMENT_ENDPOINT", "a"}, {"ACA_POOL_MANAGEMENT_ENDPOINT", "b"}, {"OTHER", "c"}}));
  REQUIRE(found.size() == 2);
  CHECK(found.front().value == "a");
  CHECK(found.back().value == "b");
}

}  // namespace
}  // namespace dynsessions::doctor
