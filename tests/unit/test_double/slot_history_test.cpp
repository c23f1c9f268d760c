#include "emulator/test_double/slots/slot_history.h"

#include <memory>
#include <string>
#include <vector>

#include "emulator/pools/session.h"
#include "tests/support/catch.h"
#include "tests/support/manual_clock.h"
#include "tests/support/test_loop.h"

namespace dynsessions::test_double {
namespace {

const pools::PoolName kSlotPool{"s", "g", "pool"};

/// Sessions of a pool that start and end at one time of a frozen clock.
struct SlotFixture {
  SlotHistory history;
  test::TestLoop loop;
  ManualClock clock{Clock::TimePoint()};
  std::unique_ptr<pools::SessionEvents> events = history.for_sessions(kSlotPool, clock);
  int begun = 0;

  static SessionIdentifier named(const std::string& name) {
    return SessionIdentifier::parse(name, IdentifierRule::one_to_256).value();
  }
  std::unique_ptr<pools::Session> begin(const std::string& name) {
    auto session = std::make_unique<pools::Session>(
        loop.executor(), named(name), "session-" + std::to_string(++begun),
        std::make_shared<pools::PoolDefinition>(), clock, *events);
    events->session_allocated(*session);
    return session;
  }
  void end(const pools::Session& session) {
    events->session_ended(session, pools::EndReason::deleted);
  }
  std::vector<std::string> would_refuse(std::size_t slots) {
    std::vector<std::string> names;
    for (const auto& entry : history.estimate(kSlotPool, slots).would_refuse) {
      names.push_back(entry.identifier);
    }
    return names;
  }
};

using SlotNames = std::vector<std::string>;

TEST_CASE("a smaller pool would have refused what had no slot", "[slots]") {
  SlotFixture fixture;
  const auto a = fixture.begin("a");
  const auto b = fixture.begin("b");
  const auto c = fixture.begin("c");
  fixture.end(*a);
  const auto d = fixture.begin("d");
  const auto estimate = fixture.history.estimate(kSlotPool, 3);
  CHECK(estimate.allocated == 4);
  CHECK(estimate.peak == 3);
  CHECK(estimate.is_complete);
  CHECK(fixture.would_refuse(3) == SlotNames{});
  CHECK(fixture.would_refuse(2) == SlotNames{"c"});  // b holds no slot, so d has the slot of a
  CHECK(fixture.would_refuse(1) == SlotNames{"b", "c"});
  CHECK(fixture.would_refuse(0) == SlotNames{"a", "b", "c", "d"});
  CHECK(fixture.history.estimate({"s", "g", "another"}, 0).allocated == 0);
}

TEST_CASE("refusals of the pool itself are listed separately", "[slots]") {
  SlotFixture fixture;
  const auto a = fixture.begin("a");
  fixture.events->allocation_refused(SlotFixture::named("b"));
  const auto estimate = fixture.history.estimate(kSlotPool, 0);
  REQUIRE(estimate.refused.size() == 1);
  CHECK(estimate.refused[0].identifier == "b");
  CHECK(estimate.refused[0].session.empty());
  CHECK(estimate.allocated == 1);
}

TEST_CASE("the history is bounded, and tells when it is not whole", "[slots]") {
  SlotFixture fixture;
  for (std::size_t i = 0; i < SlotHistory::kMost; ++i) fixture.end(*fixture.begin("a"));
  CHECK(fixture.history.estimate(kSlotPool, 1).is_complete);
  const auto last = fixture.begin("b");
  const auto estimate = fixture.history.estimate(kSlotPool, 1);
  CHECK_FALSE(estimate.is_complete);
  CHECK(estimate.allocated == SlotHistory::kMost);
  CHECK(estimate.peak == 1);
  CHECK(estimate.would_refuse.empty());
}

TEST_CASE("clearing forgets what is over and keeps sessions that live", "[slots]") {
  SlotFixture fixture;
  const auto a = fixture.begin("a");
  const auto b = fixture.begin("b");
  fixture.end(*a);
  fixture.history.clear(pools::PoolName{"s", "g", "another"});
  CHECK(fixture.history.estimate(kSlotPool, 9).allocated == 2);
  fixture.history.clear(kSlotPool);
  CHECK(fixture.history.estimate(kSlotPool, 9).allocated == 1);
  fixture.end(*b);
  fixture.history.clear(std::nullopt);
  CHECK(fixture.history.estimate(kSlotPool, 9).allocated == 0);
}

}  // namespace
}  // namespace dynsessions::test_double
