#include "emulator/base/clock.h"

#include <memory>
#include <string>

#include "tests/support/catch.h"
#include "tests/support/manual_clock.h"
#include "tests/support/test_loop.h"

namespace dynsessions {
namespace {

using namespace std::chrono_literals;
using test::TestLoop;

const Clock::TimePoint kStart{1'700'000'000s};

/// A manual clock with timers that record their names when they fire.
struct Diary {
  std::function<void()> entry(std::string name) {
    return [this, name = std::move(name)] { text += name + " "; };
  }
  ManualClock clock{kStart};
  std::string text;
};

TEST_CASE("a manual clock stands still until it is advanced", "[core][clock]") {
  ManualClock clock(kStart);
  CHECK(clock.now() == kStart);
  clock.advance(90s);
  CHECK(clock.now() == kStart + 90s);
}

TEST_CASE("timers fire in order of their time, not of their making", "[core][clock]") {
  Diary diary;
  diary.clock.call_at(kStart + 3s, diary.entry("third"));
  diary.clock.call_at(kStart + 1s, diary.entry("first"));
  diary.clock.call_at(kStart + 2s, diary.entry("second"));
  diary.clock.advance(3s);
  CHECK(diary.text == "first second third ");
}

TEST_CASE("timers of the same time fire in the order of their making", "[core][clock]") {
  Diary diary;
  for (const char* name : {"a", "b", "c"}) diary.clock.call_at(kStart + 1s, diary.entry(name));
  diary.clock.advance(1s);
  CHECK(diary.text == "a b c ");
}

TEST_CASE("a timer fires when its time is reached, and once", "[core][clock]") {
  Diary diary;
  diary.clock.call_at(kStart + 10s, diary.entry("fired"));
  diary.clock.advance(10s - 1ns);
  CHECK(diary.text.empty());
  CHECK(diary.clock.has_timers());
  diary.clock.advance(1ns);
  CHECK(diary.text == "fired ");
  CHECK_FALSE(diary.clock.has_timers());
  diary.clock.advance(1h);
  CHECK(diary.text == "fired ");
}

TEST_CASE("a timer whose time has passed fires at the next advance, not at once", "[core][clock]") {
  Diary diary;
  diary.clock.call_at(kStart - 1s, diary.entry("late"));
  CHECK(diary.text.empty());
  diary.clock.advance(0s);
  CHECK(diary.text == "late ");
  CHECK(diary.clock.now() == kStart);
}

TEST_CASE("an action sees the time of its timer, not the end of the advance", "[core][clock]") {
  ManualClock clock(kStart);
  std::vector<Clock::Duration> seen;
  for (const auto delay : {1s, 5s}) {
    clock.call_at(kStart + delay, [&] { seen.push_back(clock.now() - kStart); });
  }
  clock.advance(10s);
  CHECK(seen == std::vector<Clock::Duration>{1s, 5s});
}

TEST_CASE("a timer that a timer added fires in the same advance when it is due", "[core][clock]") {
  Diary diary;
  diary.clock.call_at(kStart + 1s, [&] {
    diary.clock.call_at(diary.clock.now() + 1s, diary.entry("due"));
    diary.clock.call_at(diary.clock.now() + 9s, diary.entry("later"));
  });
  diary.clock.advance(5s);
  CHECK(diary.text == "due ");
  diary.clock.advance(5s);
  CHECK(diary.text == "due later ");
}

TEST_CASE("a cancelled timer does not fire", "[core][clock]") {
  Diary diary;
  const auto cancelled = diary.clock.call_at(kStart + 1s, diary.entry("cancelled"));
  diary.clock.call_at(kStart + 1s, diary.entry("kept"));
  diary.clock.cancel(cancelled);
  diary.clock.advance(1s);
  CHECK(diary.text == "kept ");
}

TEST_CASE("a timer may be cancelled by another one that fires with it", "[core][clock]") {
  Diary diary;
  Clock::TimerId second = 0;
  diary.clock.call_at(kStart + 1s, [&] { diary.clock.cancel(second); });
  second = diary.clock.call_at(kStart + 1s, diary.entry("second"));
  diary.clock.advance(1s);
  CHECK(diary.text.empty());
}

TEST_CASE("cancelling a timer that has fired changes nothing", "[core][clock]") {
  Diary diary;
  const auto fired = diary.clock.call_at(kStart + 1s, diary.entry("first"));
  diary.clock.advance(1s);
  diary.clock.call_at(kStart + 2s, diary.entry("second"));
  diary.clock.cancel(fired);
  diary.clock.advance(1s);
  CHECK(diary.text == "first second ");
}

TEST_CASE("a scoped timer is forgotten with its scope", "[core][clock]") {
  Diary diary;
  {
    const ScopedTimer timer(diary.clock, kStart + 1s, diary.entry("scoped"));
    CHECK(diary.clock.has_timers());
  }
  CHECK_FALSE(diary.clock.has_timers());
  diary.clock.advance(1s);
  CHECK(diary.text.empty());
}

TEST_CASE("sleep_until ends when its time is reached", "[core][clock]") {
  TestLoop loop;
  ManualClock clock(kStart);
  auto sleep = loop.start(clock.sleep_until(kStart + 5s));
  clock.advance(4s);
  loop.settle();
  CHECK_FALSE(sleep.done());
  clock.advance(1s);
  loop.settle();
  CHECK(sleep.done());
}

TEST_CASE("a cancelled sleep_until ends early, quietly, and leaves no timer", "[core][clock]") {
  TestLoop loop;
  ManualClock clock(kStart);
  auto sleep = loop.start(clock.sleep_until(kStart + 5s));
  REQUIRE(clock.has_timers());
  sleep.cancel();
  loop.settle();
  REQUIRE(sleep.done());
  CHECK_NOTHROW(sleep.result());
  CHECK_FALSE(clock.has_timers());
}

/// Both clocks of real time make the same promises.
std::unique_ptr<Clock> real_clock(const std::string& name, boost::asio::any_io_executor executor) {
  if (name == "steady") return std::make_unique<SteadyClock>(std::move(executor));
  return std::make_unique<SystemClock>(std::move(executor));
}

TEST_CASE("a clock of real time fires on the event loop, in order", "[core][clock]") {
  const std::string name = GENERATE("system", "steady");
  DYNAMIC_SECTION(name) {
    TestLoop loop;
    const auto clock = real_clock(name, loop.executor());
    std::string fired;
    const auto start = clock->now();
    clock->call_at(start + 2ms, [&] { fired += "second "; });
    clock->call_at(start + 1ms, [&] { fired += "first "; });
    clock->call_at(start - 1h, [&] { fired += "overdue "; });
    CHECK(fired.empty());
    loop.run_until([&] { return fired.size() >= 21; });
    CHECK(fired == "overdue first second ");
    CHECK(clock->now() >= start + 2ms);
  }
}

TEST_CASE("a timer of a real clock that is cancelled does not hold back the next",
          "[core][clock]") {
  TestLoop loop;
  SystemClock clock(loop.executor());
  std::string fired;
  const auto first = clock.call_at(clock.now() + 1ms, [&] { fired += "cancelled "; });
  clock.call_at(clock.now() + 2ms, [&] { fired += "kept "; });
  clock.cancel(first);
  loop.run_until([&] { return !fired.empty(); });
  CHECK(fired == "kept ");
}

TEST_CASE("the system clock tells the time of day", "[core][clock]") {
  TestLoop loop;
  const SystemClock clock(loop.executor());
  const auto before = std::chrono::system_clock::now();
  const auto told = clock.now();
  CHECK(told >= before);
  CHECK(told <= std::chrono::system_clock::now());
}

}  // namespace
}  // namespace dynsessions
