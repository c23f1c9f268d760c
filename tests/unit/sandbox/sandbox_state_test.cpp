#include "sandbox/launcher/sandbox_state.h"

#include <stdexcept>

#include "tests/support/catch.h"

namespace dynsessions::sandbox {
namespace {

using Destroying = SandboxState::Destroying;
using Live = SandboxState::Live;
using Counting = SandboxState::Counting;
using Queued = SandboxState::Queued;
using Building = SandboxState::Building;
using PendingNetwork = SandboxState::PendingNetwork;

Request request(RequestKind kind, std::uint64_t id) { return {.kind = kind, .request_id = id}; }

const Request kCreation = request(RequestKind::create_sandbox, 1);
const Request kStart = request(RequestKind::start_interpreter, 2);
const Request kDestruction = request(RequestKind::destroy_sandbox, 3);

SandboxState building() {
  SandboxState state(kCreation);
  state.build(nullptr);
  return state;
}

SandboxState pending() {
  SandboxState state = building();
  state.await_network(UniqueFd());
  return state;
}

SandboxState live() {
  SandboxState state = pending();
  state.become_live();
  return state;
}

}  // namespace

TEST_CASE("a creation waits for its turn, then is built, and is known by its request all the time",
          "[launcher]") {
  SandboxState state(kCreation);
  CHECK(state.as<Queued>() != nullptr);
  CHECK_FALSE(state.needs_attention());
  CHECK(state.creation()->request_id == kCreation.request_id);
  state.build(nullptr);
  CHECK(state.as<Building>() != nullptr);
  CHECK(state.needs_attention());
  CHECK(state.creation()->request_id == kCreation.request_id);
  state.await_network(UniqueFd());
  CHECK(state.as<PendingNetwork>() != nullptr);
  CHECK(state.creation()->request_id == kCreation.request_id);
  state.become_live();
  CHECK(state.creation() == nullptr);
}

TEST_CASE("a sandbox is live when its network is up, and its creation is answered then",
          "[launcher]") {
  SandboxState state = pending();
  CHECK(state.needs_attention());
  const auto waited = state.become_live();
  REQUIRE(waited.size() == 1);
  CHECK(waited[0].request_id == kCreation.request_id);
  CHECK(state.as<Live>() != nullptr);
  CHECK_FALSE(state.needs_attention());
}

TEST_CASE("starts wait while files are counted, and come back in their order", "[launcher]") {
  SandboxState state = live();
  state.wait_for_count(kStart);
  state.wait_for_count(request(RequestKind::start_interpreter, 9));
  CHECK(state.as<Counting>() != nullptr);
  CHECK(state.needs_attention());
  const auto waited = state.become_live();
  REQUIRE(waited.size() == 2);
  CHECK(waited[0].request_id == kStart.request_id);
  CHECK(waited[1].request_id == 9);
  CHECK(state.as<Live>() != nullptr);
}

TEST_CASE("a sandbox can be destroyed in every state, once, and says what it leaves unserved",
          "[launcher]") {
  SECTION("queued") {
    SandboxState state(kCreation);
    const auto unserved = state.become_destroying(kDestruction);
    REQUIRE(unserved.size() == 1);
    CHECK(unserved[0].request_id == kCreation.request_id);
  }
  SECTION("building") {
    SandboxState state = building();
    const auto unserved = state.become_destroying(kDestruction);
    REQUIRE(unserved.size() == 1);
    CHECK(unserved[0].request_id == kCreation.request_id);
  }
  SECTION("pending network") {
    SandboxState state = pending();
    const auto unserved = state.become_destroying(kDestruction);
    REQUIRE(unserved.size() == 1);
    CHECK(unserved[0].kind == RequestKind::create_sandbox);
  }
  SECTION("live") {
    SandboxState state = live();
    CHECK(state.become_destroying(kDestruction).empty());
    REQUIRE(state.as<Destroying>() != nullptr);
    CHECK(state.as<Destroying>()->destruction.request_id == kDestruction.request_id);
    CHECK_FALSE(state.needs_attention());
    CHECK_THROWS_AS(state.become_destroying(kDestruction), std::logic_error);
  }
  SECTION("counting") {
    SandboxState state = live();
    state.wait_for_count(kStart);
    const auto unserved = state.become_destroying(kDestruction);
    REQUIRE(unserved.size() == 1);
    CHECK(unserved[0].kind == RequestKind::start_interpreter);
  }
}

TEST_CASE("no other transition is possible", "[launcher]") {
  SandboxState state(kCreation);
  CHECK_THROWS_AS(state.await_network(UniqueFd()), std::logic_error);
  CHECK_THROWS_AS(state.become_live(), std::logic_error);
  state.build(nullptr);
  CHECK_THROWS_AS(state.build(nullptr), std::logic_error);
  CHECK_THROWS_AS(state.become_live(), std::logic_error);
  state.await_network(UniqueFd());
  CHECK_THROWS_AS(state.wait_for_count(kStart), std::logic_error);
  CHECK_THROWS_AS(state.await_network(UniqueFd()), std::logic_error);
  state.become_live();
  CHECK_THROWS_AS(state.become_live(), std::logic_error);
  state.become_destroying(kDestruction);
  CHECK_THROWS_AS(state.become_live(), std::logic_error);
  CHECK_THROWS_AS(state.wait_for_count(kStart), std::logic_error);
}

}  // namespace dynsessions::sandbox
