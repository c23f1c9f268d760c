#include "emulator/surfaces/control_plane/pool_body.h"

#include <string>

#include <nlohmann/json.hpp>

#include "tests/support/catch.h"

namespace dynsessions::surfaces::control_plane {
namespace {

using nlohmann::json;
using std::chrono::seconds;

PoolState state_with_limits() {
  PoolState state;
  state.definition.max_sessions = 7;
  state.definition.cooldown_period = seconds(900);
  state.definition.location = "northeurope";
  state.envelope.tags = {{"a", "1"}};
  return state;
}

ArmResult<PoolState> patched(const std::string& properties, PoolRules rules = {}) {
  const json body = json::parse("{\"properties\":" + properties + "}");
  return with_body(state_with_limits(), body, PoolWrite::update, rules);
}

TEST_CASE("an update changes what it names, in both spellings", "[arm]") {
  const auto properties = GENERATE(values<std::string>({
      R"({"dynamicPoolConfiguration":{"cooldownPeriodInSeconds":"500"}})",
      R"({"dynamicPoolConfiguration":{"coolDownPeriodInSeconds":500,"executionType":"Timed"}})",
      R"({"dynamicPoolConfiguration":{"lifecycleConfiguration":{"cooldownPeriodInSeconds":500}}})",
      R"({"DynamicPoolConfiguration":{"lifecycleconfiguration":{"cooldownPeriodInSeconds":"500",
          "lifecycleType":"timed","maxAlivePeriodInSeconds":null}}})",
  }));
  DYNAMIC_SECTION(properties) {
    const auto state = patched(properties);
    REQUIRE(state.has_value());
    CHECK(state->definition.cooldown_period == seconds(500));
    CHECK(state->definition.max_sessions == 7);
    CHECK(state->envelope.tags == Tags{{"a", "1"}});
  }
}

TEST_CASE("the mistake of a body names its member", "[arm]") {
  struct Example {
    std::string properties, target, code;
  };
  const auto example = GENERATE(values<Example>({
      {R"({"scaleConfiguration":{"maxConcurrentSessions":[]}})",
       "properties.scaleConfiguration.maxConcurrentSessions", "InvalidRequestContent"},
      {R"({"scaleConfiguration":{"maxConcurrentSessions":"99999999999999999999"}})",
       "properties.scaleConfiguration.maxConcurrentSessions", "InvalidRequestContent"},
      {R"({"scaleConfiguration":{"maxConcurrentSessions":1000000}})",
       "properties.scaleConfiguration.maxConcurrentSessions", "InvalidPropertyValue"},
      {R"({"poolManagementType":"Manual"})", "properties.poolManagementType",
       "SessionPoolInvalidPoolManagementType"},
      {R"({"containerType":"Shell"})", "properties.containerType",
       "SessionTypeNotSupportedInRegion"},
  }));
  DYNAMIC_SECTION(example.properties) {
    const auto state = patched(example.properties);
    REQUIRE_FALSE(state.has_value());
    CHECK(state.error().target == example.target);
    CHECK(state.error().code == example.code);
  }
}

TEST_CASE("only exact servers hold the documented range of the cooldown", "[arm]") {
  const std::string properties = R"({"dynamicPoolConfiguration":{"cooldownPeriodInSeconds":299}})";
  CHECK(patched(properties).has_value());
  CHECK_FALSE(patched(properties, {.exact = true}).has_value());
}

TEST_CASE("members that the service ignores are named", "[arm]") {
  const auto state =
      patched(R"({"scaleConfiguration":{"readySessionInstances":5},"customContainerTemplate":{}})");
  REQUIRE(state.has_value());
  CHECK(state->ignored.size() == 2);
}

TEST_CASE("ready sessions of the server never exceed the maximum of a pool", "[arm]") {
  PoolState base = state_with_limits();
  base.definition.ready_sessions = 5;
  const json body = json::parse(R"({"properties":{"scaleConfiguration":
                                    {"maxConcurrentSessions":2}}})");
  const auto state = with_body(base, body, PoolWrite::update, {});
  REQUIRE(state.has_value());
  CHECK(state->definition.ready_sessions == 2);
}

TEST_CASE("an identity keeps its ids when the pool is written again", "[arm]") {
  const json body = json::parse(R"({"location":"northeurope","properties":{},
      "identity":{"type":"SystemAssigned, UserAssigned","userAssignedIdentities":{"u":{}}}})");
  const auto first = with_body(state_with_limits(), body, PoolWrite::create, {});
  REQUIRE(first.has_value());
  const auto second = with_body(*first, body, PoolWrite::create, {});
  REQUIRE(second.has_value());
  CHECK(first->envelope.identity == second->envelope.identity);
  CHECK_FALSE(first->envelope.identity.is_none());
  CHECK(second->envelope.tags.empty());  // a PUT without tags has none
}

}  // namespace
}  // namespace dynsessions::surfaces::control_plane
