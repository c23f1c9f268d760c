#include "emulator/observability/loop_lag.h"

#include <algorithm>
#include <utility>

namespace dynsessions::observability {

LoopLag::LoopLag(Clock& real_time, Report report)
    : real_time_(real_time), report_(std::move(report)) {}

void LoopLag::start() {
  const Clock::TimePoint due = real_time_.now() + kInterval;
  timer_ = real_time_.call_at(due, [this, due] {
    report_(std::max(real_time_.now() - due, Clock::Duration::zero()));
    start();
  });
}

void LoopLag::stop() {
  if (timer_) real_time_.cancel(*std::exchange(timer_, {}));
}

}  // namespace dynsessions::observability
