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

TEST_CASE("an unknown member is ignored and named, at every depth", "[arm]") {
  struct Example {
    std::string properties, named;
  };
  const auto example = GENERATE(values<Example>({
      {R"({"maxSessions":3})", "properties.maxSessions"},
      {R"({"scaleConfiguration":{"maxConcurentSessions":3}})",
       "properties.scaleConfiguration.maxConcurentSessions"},
      {R"({"dynamicPoolConfiguration":{"lifecycleConfiguration":{"cooldown":3}}})",
       "properties.dynamicPoolConfiguration.lifecycleConfiguration.cooldown"},
      {R"({"sessionNetworkConfiguration":{"état":"EgressEnabled"}})",
       "properties.sessionNetworkConfiguration.état"},
  }));
  DYNAMIC_SECTION(example.properties) {
    const auto state = patched(example.properties);
    REQUIRE(state.has_value());
    CHECK(state->definition == state_with_limits().definition);
    REQUIRE(state->ignored.size() == 1);
    CHECK(state->ignored.front() == example.named + ": session pools have no such member");
  }
}

TEST_CASE("no member of an answer is unknown, and an unknown null is nothing", "[arm]") {
  const auto state = patched(
      R"({"nodeCount":1,"provisioningState":"Succeeded","poolManagementEndpoint":"https://x",
          "templateUpdateStatus":{"activeTemplate":{}},"other":null,
          "mcpServerSettings":{"isMcpServerEnabled":false,"mcpServerEndpoint":"https://x"}})");
  REQUIRE(state.has_value());
  CHECK(state->ignored.empty());
}

TEST_CASE("many unknown members are named in part", "[arm]") {
  const auto state = patched(R"({"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1})");
  REQUIRE(state.has_value());
  CHECK(state->ignored.size() == 5);
}

TEST_CASE("the type of an identity is one of four words", "[arm]") {
  const auto with_type = [](const std::string& type) {
    const json body{
        {"identity", {{"type", type}, {"userAssignedIdentities", {{"/a", json::object()}}}}}};
    return with_body(state_with_limits(), body, PoolWrite::update, {});
  };
  const auto both = with_type("userAssigned ,SYSTEMASSIGNED");
  REQUIRE(both.has_value());
  CHECK(both->envelope.identity.system);
  CHECK(both->envelope.identity.users.size() == 1);
  const auto none = with_type("none");
  REQUIRE(none.has_value());
  CHECK(none->envelope.identity.is_none());
  for (const char* const wrong : {"NotASystem", "User", "System Assigned"}) {
    const auto refused = with_type(wrong);
    REQUIRE(!refused.has_value());
    CHECK(refused.error().target == "identity.type");
  }
}

TEST_CASE("an update of an identity changes what it names", "[arm]") {
  const auto after = [](const std::string& identity, PoolWrite write) {
    PoolState state = state_with_limits();
    state.envelope.identity = {
        .system = true, .principal_id = "p", .users = {{"/a", {"pa", "ca"}}, {"/b", {"pb", "cb"}}}};
    const json body{{"location", "northeurope"},
                    {"properties", json::object()},
                    {"identity", json::parse(identity)}};
    auto changed = with_body(std::move(state), body, write, {});
    REQUIRE(changed.has_value());
    return changed->envelope.identity;
  };
  const auto merged = after(R"({"userAssignedIdentities":{"/a":null,"/c":{}}})", PoolWrite::update);
  CHECK(merged.system);
  CHECK(merged.principal_id == "p");
  REQUIRE(merged.users.size() == 2);
  CHECK(merged.users.at("/b").client_id == "cb");
  CHECK(merged.users.count("/c") == 1);
  const auto kept = after(R"({"type":"UserAssigned"})", PoolWrite::update);
  CHECK(!kept.system);
  CHECK(kept.users.size() == 2);
  CHECK(after(R"({"type":null})", PoolWrite::update).users.size() == 2);
  CHECK(after(R"({"type":"None"})", PoolWrite::update).is_none());
  const auto replaced =
      after(R"({"type":"UserAssigned","userAssignedIdentities":{"/a":{}}})", PoolWrite::create);
  CHECK(replaced.users.size() == 1);
  CHECK(replaced.users.at("/a").principal_id == "pa");
  CHECK(after("{}", PoolWrite::create).is_none());
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

TEST_CASE("tags keep the limits of Azure Resource Manager, in characters", "[arm]") {
  const auto with_tags = [](const json& tags) {
    return with_body(state_with_limits(), json{{"tags", tags}}, PoolWrite::update, {});
  };
  std::string umlauts;
  for (int i = 0; i < 256; ++i) umlauts += "\xC3\xA4";
  CHECK(with_tags({{std::string(512, 'n'), umlauts}}).has_value());
  const auto refused = with_tags({{"n", umlauts + "x"}});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == "InvalidPropertyValue");
  CHECK(refused.error().target == "tags.n");
  CHECK_FALSE(with_tags({{std::string(513, 'n'), ""}}).has_value());
  json many;
  for (int i = 0; i < 50; ++i) many["t" + std::to_string(i)] = "";
  CHECK_FALSE(with_tags(many).has_value());  // the pool has another one already
  many["a"] = nullptr;
  CHECK(with_tags(many).has_value());
}

TEST_CASE("a pool of custom containers has usual values for what its body lacks", "[arm]") {
  const json body = json::parse(R"({"location":"northeurope","properties":{
      "containerType":"customcontainer",
      "environmentId":"/subscriptions/s/resourcegroups/g/providers/microsoft.app/managedenvironments/e",
      "customContainerTemplate":{"containers":[{"image":"a"}]}}})");
  const auto ready_at = [&](std::uint32_t maximum) {
    PoolState base = state_with_limits();
    base.definition.max_sessions = maximum;
    return with_body(base, body, PoolWrite::create, {});
  };
  const auto state = ready_at(7);
  REQUIRE(state.has_value());
  CHECK_FALSE(state->definition.can_run());
  CHECK(state->definition.ready_sessions == 5);
  CHECK(ready_at(3)->definition.ready_sessions == 2);
  CHECK_FALSE(ready_at(1).has_value());
  const ContainerSettings& container = state->envelope.container;
  CHECK(container.lifecycle == LifecycleType::timed);
  CHECK(container.wanted.containers.dump() ==
        R"([{"image":"a","name":"default","resources":{"cpu":0.5,"memory":"1Gi"}}])");
  CHECK(container.wanted.ingress.is_null());
}

}  // namespace
}  // namespace dynsessions::surfaces::control_plane
