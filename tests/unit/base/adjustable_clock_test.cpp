#include "emulator/base/adjustable_clock.h"

#include <string>

#include "tests/support/catch.h"
#include "tests/support/manual_clock.h"

namespace dynsessions {
namespace {

using namespace std::chrono_literals;

const Clock::TimePoint kRealStart{1'700'000'000s};

/// A clock above one that the test moves, with timers that write their names down.
struct ClockFixture {
  std::function<void()> entry(std::string name) {
    return [this, name = std::move(name)] { text += name + " "; };
  }
  /// Moves the clock as an advance does; returns what fired.
  std::vector<AdjustableClock::Fired> move_to(Clock::TimePoint target) {
    std::vector<AdjustableClock::Fired> fired;
    clock.begin_move();
    while (clock.move_one(target, fired)) continue;
    clock.end_move(target);
    return fired;
  }
  ManualClock real{kRealStart};
  AdjustableClock clock{real};
  std::string text;
};

TEST_CASE("a clock that is not adjusted shows real time and fires by it", "[core][clock]") {
  ClockFixture fixture;
  CHECK(fixture.clock.is_as_new());
  fixture.clock.call_at(kRealStart + 5s, fixture.entry("five"));
  fixture.real.advance(4s);
  CHECK(fixture.clock.now() == kRealStart + 4s);
  CHECK(fixture.text.empty());
  fixture.real.advance(1s);
  CHECK(fixture.text == "five ");
}

TEST_CASE("a frozen clock stands still, and so do its timers", "[core][clock]") {
  ClockFixture fixture;
  fixture.clock.call_at(kRealStart + 5s, fixture.entry("five"));
  fixture.clock.set_rate(0.0);
  fixture.real.advance(1h);
  CHECK(fixture.clock.now() == kRealStart);
  CHECK(fixture.text.empty());
  fixture.clock.set_rate(1.0);
  fixture.real.advance(4s);
  CHECK(fixture.text.empty());
  fixture.real.advance(1s);
  CHECK(fixture.text == "five ");
  CHECK(fixture.clock.now() == kRealStart + 5s);
}

TEST_CASE("a scaled clock runs at its rate, and its timers fire on time", "[core][clock]") {
  ClockFixture fixture;
  const double rate = GENERATE(60.0, 0.1, 3.0, 1e6);
  fixture.clock.set_rate(rate);
  fixture.clock.call_at(kRealStart + 30s, [&] { CHECK(fixture.clock.now() >= kRealStart + 30s); });
  fixture.clock.call_at(kRealStart + 30s, fixture.entry("due"));
  const auto real_wait = std::chrono::duration_cast<Clock::Duration>(30s / rate);
  fixture.real.advance(real_wait - 10us);
  CHECK(fixture.text.empty());
  fixture.real.advance(20us);
  CHECK(fixture.text == "due ");
}

TEST_CASE("a move fires what is due on the way, in order, each at its time", "[core][clock]") {
  ClockFixture fixture;
  std::vector<Clock::TimePoint> seen;
  const auto note = [&] { seen.push_back(fixture.clock.now()); };
  fixture.clock.call_at(kRealStart + 20s, note, {"second", "b"});
  fixture.clock.call_at(kRealStart + 10s, note, {"first", "a"});
  fixture.clock.call_at(kRealStart + 15s, note);
  fixture.clock.call_at(kRealStart + 31s, note, {"third", "c"});
  const auto fired = fixture.move_to(kRealStart + 30s);
  CHECK(seen == std::vector{kRealStart + 10s, kRealStart + 15s, kRealStart + 20s});
  REQUIRE(fired.size() == 2);
  CHECK(fired[0].label.what == "first");
  CHECK(fired[0].at == kRealStart + 10s);
  CHECK(fired[1].label.session == "b");
  CHECK(fixture.clock.now() == kRealStart + 30s);
  fixture.real.advance(1s);
  CHECK(seen.back() == kRealStart + 31s);
}

TEST_CASE("a timer that a move's timer makes fires in the same move if it is due",
          "[core][clock]") {
  ClockFixture fixture;
  fixture.clock.call_at(kRealStart + 1s, [&] {
    fixture.clock.call_at(fixture.clock.now() + 1s, fixture.entry("due"));
    fixture.clock.call_at(fixture.clock.now() + 1h, fixture.entry("later"));
  });
  fixture.move_to(kRealStart + 10s);
  CHECK(fixture.text == "due ");
}

TEST_CASE("during a move real time stands still for the clock", "[core][clock]") {
  ClockFixture fixture;
  fixture.clock.call_at(kRealStart + 5s, fixture.entry("five"));
  fixture.clock.begin_move();
  CHECK(fixture.clock.is_moving());
  fixture.real.advance(1min);
  CHECK(fixture.clock.now() == kRealStart);
  CHECK(fixture.text.empty());
  fixture.clock.end_move(kRealStart + 1s);
  CHECK(fixture.clock.now() == kRealStart + 1s);
}

TEST_CASE("a frozen clock that is moved stays frozen", "[core][clock]") {
  ClockFixture fixture;
  fixture.clock.set_rate(0.0);
  fixture.move_to(kRealStart + 1h);
  fixture.real.advance(10s);
  CHECK(fixture.clock.now() == kRealStart + 1h);
  CHECK(fixture.clock.rate() == 0.0);
}

TEST_CASE("a clock can return to real time, which may be earlier", "[core][clock]") {
  ClockFixture fixture;
  fixture.move_to(kRealStart + 1h);
  CHECK_FALSE(fixture.clock.is_as_new());
  fixture.clock.start_over();
  CHECK(fixture.clock.now() == kRealStart);
  CHECK(fixture.clock.is_as_new());
}

TEST_CASE("a copy continues as its original does", "[core][clock]") {
  ClockFixture fixture;
  fixture.move_to(kRealStart + 1h);
  fixture.clock.set_rate(2.0);
  const auto copy = fixture.clock.copy();
  fixture.real.advance(10s);
  CHECK(copy->now() == kRealStart + 1h + 20s);
  fixture.clock.set_rate(0.0);
  fixture.real.advance(10s);
  CHECK(copy->now() == kRealStart + 1h + 40s);
}

TEST_CASE("the history tells what the clock showed at a moment of real time", "[core][clock]") {
  ClockFixture fixture;
  fixture.real.advance(10s);
  fixture.clock.set_rate(0.0);  // it shows kRealStart + 10s
  fixture.real.advance(10s);
  fixture.move_to(kRealStart + 1h);
  fixture.real.advance(10s);
  fixture.clock.set_rate(60.0);
  const auto history = fixture.clock.history();
  CHECK(history->at(kRealStart - 1h) == kRealStart - 1h);
  CHECK(history->at(kRealStart + 5s) == kRealStart + 5s);
  CHECK(history->at(kRealStart + 15s) == kRealStart + 10s);
  CHECK(history->at(kRealStart + 20s) == kRealStart + 1h);
  CHECK(history->at(kRealStart + 25s) == kRealStart + 1h);
  CHECK(history->at(kRealStart + 31s) == kRealStart + 1h + 1min);
}

TEST_CASE("a history of many changes forgets the oldest ones", "[core][clock]") {
  ClockFixture fixture;
  for (int i = 0; i < 3000; ++i) {
    fixture.real.advance(1s);
    fixture.move_to(fixture.clock.now() + 1s);
  }
  const auto history = fixture.clock.history();
  CHECK(history->at(kRealStart) == kRealStart);
  CHECK(history->at(kRealStart + 2500s) == kRealStart + 5000s);
  CHECK(history->at(kRealStart + 3000s) == kRealStart + 6000s);
}

TEST_CASE("a clock without timers has none on the real clock", "[core][clock]") {
  ClockFixture fixture;
  const auto id = fixture.clock.call_at(kRealStart + 5s, [] {});
  CHECK(fixture.real.has_timers());
  fixture.clock.cancel(id);
  CHECK_FALSE(fixture.real.has_timers());
}

TEST_CASE("a cooldown that begins again with every request fires once", "[core][clock]") {
  ClockFixture fixture;
  fixture.clock.call_at(kRealStart + 5s, [] {});
  for (int i = 1; i <= 3; ++i) {
    fixture.real.advance(1s);
    const auto id = fixture.clock.call_at(fixture.clock.now() + 300s, fixture.entry("cooldown"));
    if (i < 3) fixture.clock.cancel(id);
  }
  fixture.real.advance(299s);
  CHECK(fixture.text.empty());
  fixture.real.advance(1s);
  CHECK(fixture.text == "cooldown ");
}

TEST_CASE("a clock with a frozen start stands there, moves, and starts over", "[core][clock]") {
  const Clock::TimePoint start{1'000'000'000s};
  ManualClock real{kRealStart};
  AdjustableClock clock(real, start);
  CHECK(clock.is_as_new());
  real.advance(1h);
  CHECK(clock.now() == start);
  CHECK(clock.history()->at(kRealStart) == start);
  std::vector<AdjustableClock::Fired> fired;
  clock.begin_move();
  CHECK_FALSE(clock.move_one(start + 5s, fired));
  clock.end_move(start + 5s);
  CHECK_FALSE(clock.is_as_new());
  CHECK(clock.copy()->now() == start + 5s);
  clock.start_over();
  CHECK(clock.now() == start);
  CHECK(clock.is_as_new());
}

}  // namespace
}  // namespace dynsessions
