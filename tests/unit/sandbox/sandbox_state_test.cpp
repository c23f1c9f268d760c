#include "sandbox/launcher/sandbox_state.h"

#include <stdexcept>

#include "tests/support/catch.h"

namespace dynsessions::sandbox {
namespace {

using Destroying = SandboxState::Destroying;
using Live = SandboxState::Live;
using Counting = SandboxState::Counting;
using PendingNetwork = SandboxState::PendingNetwork;

Request request(RequestKind kind, std::uint64_t id) { return {.kind = kind, .request_id = id}; }

const Request kCreation = request(RequestKind::create_sandbox, 1);
const Request kStart = request(RequestKind::start_interpreter, 2);
const Request kDestruction = request(RequestKind::destroy_sandbox, 3);

SandboxState pending() { return SandboxState(PendingNetwork{kCreation, UniqueFd()}); }

SandboxState live() {
  SandboxState state = pending();
  state.become_live();
  return state;
}

}  // namespace

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
  SandboxState state = pending();
  CHECK_THROWS_AS(state.wait_for_count(kStart), std::logic_error);
  state.become_live();
  CHECK_THROWS_AS(state.become_live(), std::logic_error);
  state.become_destroying(kDestruction);
  CHECK_THROWS_AS(state.become_live(), std::logic_error);
  CHECK_THROWS_AS(state.wait_for_count(kStart), std::logic_error);
}

}  // namespace dynsessions::sandbox
