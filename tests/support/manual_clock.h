#pragma once

#include <algorithm>

#include "emulator/base/clock.h"

namespace dynsessions {

/// A clock that stands still until a test moves it. When `advance` returns, every timer that was
/// due has run.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(TimePoint start) : now_(start) {}
  [[nodiscard]] TimePoint now() const override { return now_; }

  void advance(Duration by) {
    const TimePoint target = now_ + by;
    while (!empty() && next_due() <= target) {
      now_ = std::max(now_, next_due());
      fire_due(now_);
    }
    now_ = target;
  }

  /// Whether any timer waits for this clock.
  [[nodiscard]] bool has_timers() const noexcept { return !empty(); }

 private:
  void timers_changed() override {}
  TimePoint now_;
};

}  // namespace dynsessions
