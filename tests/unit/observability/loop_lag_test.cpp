#include "emulator/observability/loop_lag.h"

#include <vector>

#include "tests/support/catch.h"
#include "tests/support/manual_clock.h"

namespace dynsessions::observability {
namespace {

using namespace std::chrono_literals;

/// Runs its timers as late as a busy event loop does. (A ManualClock is always in time.)
class LateClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override { return now_; }
  void jump(Duration by) {
    now_ += by;
    fire_due(now_);
  }

 private:
  void timers_changed() override {}

  TimePoint now_;
};

TEST_CASE("a loop that runs its timers in time has no lag, a late one has some", "[metrics]") {
  LateClock clock;
  std::vector<std::chrono::nanoseconds> lags;
  LoopLag lag(clock, [&lags](auto value) { lags.push_back(value); });
  lag.start();
  clock.jump(LoopLag::kInterval);
  clock.jump(LoopLag::kInterval + 40ms);
  CHECK(lags == std::vector<std::chrono::nanoseconds>{0ns, 40ms});
  clock.jump(LoopLag::kInterval);
  CHECK(lags.size() == 3);
  CHECK(lags.back() == 0ns);
  lag.stop();
  clock.jump(1min);
  CHECK(lags.size() == 3);
}

}  // namespace
}  // namespace dynsessions::observability
