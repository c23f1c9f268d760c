#include "emulator/base/adjustable_clock.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace dynsessions {
namespace {

constexpr std::size_t kMostStretches = 1000;

Clock::Duration scaled(Clock::Duration duration, double factor) {
  if (factor == 1.0) return duration;
  return Clock::Duration(std::llround(static_cast<double>(duration.count()) * factor));
}

Clock::TimePoint shown_in(const ClockHistory::Stretch& stretch, Clock::TimePoint real) {
  return stretch.begin + scaled(real - stretch.real_begin, stretch.rate);
}

}  // namespace

Clock::TimePoint ClockHistory::at(TimePoint real) const {
  const auto after = std::upper_bound(
      stretches_.begin() + 1, stretches_.end(), real,
      [](TimePoint time, const Stretch& stretch) { return time < stretch.real_begin; });
  return shown_in(*(after - 1), real);
}

std::chrono::sys_time<Ticks> ClockHistory::at(std::chrono::sys_time<Ticks> real) const {
  constexpr std::chrono::days kMargin{1};
  const bool fits = real > std::chrono::ceil<Ticks>(TimePoint::min()) + kMargin &&
                    real < std::chrono::floor<Ticks>(TimePoint::max()) - kMargin;
  return fits ? std::chrono::floor<Ticks>(at(TimePoint(real))) : real;
}

ClockHistory ClockHistory::followed_by(Stretch next) const {
  ClockHistory longer = *this;
  if (longer.stretches_.size() == kMostStretches) {
    longer.stretches_.erase(longer.stretches_.begin() + 1);
  }
  longer.stretches_.push_back(next);
  return longer;
}

AdjustableClock::AdjustableClock(Clock& real, ClockHistory history,
                                 std::optional<TimePoint> frozen_start)
    : real_(real),
      frozen_start_(frozen_start),
      history_(std::make_shared<const ClockHistory>(std::move(history))) {}

AdjustableClock::~AdjustableClock() { stop_timer(); }

std::unique_ptr<AdjustableClock> AdjustableClock::copy() const {
  return std::unique_ptr<AdjustableClock>(new AdjustableClock(real_, *history_, frozen_start_));
}

Clock::TimePoint AdjustableClock::now() const {
  return moved_to_ ? *moved_to_ : shown_in(history_->last(), real_.now());
}

bool AdjustableClock::is_as_new() const {
  const ClockHistory::Stretch& last = history_->last();
  if (frozen_start_) return last.rate == 0.0 && last.begin == *frozen_start_;
  return last.rate == 1.0 && last.begin == last.real_begin;
}

void AdjustableClock::begin_stretch(TimePoint begin, double rate) {
  history_ =
      std::make_shared<const ClockHistory>(history_->followed_by({real_.now(), begin, rate}));
  stop_timer();
  timers_changed();
}

void AdjustableClock::set_rate(double rate) { begin_stretch(now(), rate); }

void AdjustableClock::start_over() {
  if (is_as_new()) return;
  if (frozen_start_) {
    begin_stretch(*frozen_start_, 0.0);
  } else {
    begin_stretch(real_.now(), 1.0);
  }
}

void AdjustableClock::stop_timer() {
  if (timer_) real_.cancel(*std::exchange(timer_, std::nullopt));
}

/// A real timer that fires too early does no harm and is kept: every request cancels and restarts a
/// session's cooldown. Without timers of this clock the real timer is cancelled, because it would
/// keep the event loop from ending.
void AdjustableClock::timers_changed() {
  const ClockHistory::Stretch& last = history_->last();
  if (empty()) stop_timer();
  if (empty() || is_moving() || last.rate == 0.0) return;
  // Rounded up, so that the real timer never fires before a timer of this clock is due.
  const Duration wait = scaled(next_due() - last.begin, 1.0 / last.rate) +
                        (last.rate == 1.0 ? Duration(0) : Duration(1));
  const TimePoint due = last.real_begin + wait;
  if (timer_ && timer_due_ <= due) return;
  stop_timer();
  auto fire = [this] {
    timer_.reset();
    fire_due(now());
    timers_changed();
  };
  timer_due_ = due;
  timer_ = real_.call_at(due, fire);
}

void AdjustableClock::fires(TimePoint due, const TimerLabel& label) {
  if (fired_ != nullptr && !label.what.empty()) fired_->push_back({due, label});
}

void AdjustableClock::begin_move() {
  moved_to_ = now();
  stop_timer();
}

bool AdjustableClock::move_one(TimePoint target, std::vector<Fired>& fired) {
  if (empty() || next_due() > target) return false;
  moved_to_ = std::max(*moved_to_, next_due());
  fired_ = &fired;
  fire_next();
  fired_ = nullptr;
  return true;
}

void AdjustableClock::end_move(TimePoint target) {
  moved_to_.reset();
  begin_stretch(target, rate());
}

}  // namespace dynsessions
