#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "emulator/base/clock.h"
#include "emulator/base/timestamp.h"

namespace dynsessions {

/// The course of an AdjustableClock's time, as stretches of constant rate. An immutable value, so
/// every thread can read it.
class ClockHistory {
 public:
  using TimePoint = Clock::TimePoint;

  struct Stretch {
    TimePoint real_begin;  ///< time of the real clock
    TimePoint begin;       ///< of the adjustable clock at `real_begin`
    double rate = 1.0;     ///< seconds per real second; 0: it stood still
  };

  /// A clock that has always shown real time.
  ClockHistory() : stretches_{{TimePoint(), TimePoint(), 1.0}} {}
  /// A clock that always stood at `start`.
  explicit ClockHistory(TimePoint start) : stretches_{{TimePoint(), start, 0.0}} {}

  /// The time of this clock when the real clock showed `real`, such as the time stamp that the
  /// kernel gave a file.
  [[nodiscard]] TimePoint at(TimePoint real) const;
  /// Returns times outside the range of TimePoint unchanged.
  [[nodiscard]] std::chrono::sys_time<Ticks> at(std::chrono::sys_time<Ticks> real) const;

  [[nodiscard]] const Stretch& last() const { return stretches_.back(); }
  /// Returns a copy with one more stretch. Keeps a thousand stretches: the oldest one is then
  /// merged into the next.
  [[nodiscard]] ClockHistory followed_by(Stretch next) const;

 private:
  std::vector<Stretch> stretches_;  ///< sorted by real_begin; never empty
};

/// A clock that shows real time until it is stopped, moved or scaled, for a pool or for the
/// whole server. It never goes back, except by start_over(). Event-loop thread only.
class AdjustableClock final : public Clock {
 public:
  struct Fired {
    TimePoint at;
    TimerLabel label;
  };

  /// `real` outlives this.
  explicit AdjustableClock(Clock& real) : AdjustableClock(real, std::nullopt) {}
  /// Stands still at `frozen_start`, which can be any time; nullopt: shows real time.
  AdjustableClock(Clock& real, std::optional<TimePoint> frozen_start)
      : AdjustableClock(real, frozen_start ? ClockHistory(*frozen_start) : ClockHistory(),
                        frozen_start) {}
  ~AdjustableClock() override;

  /// Returns another clock that shows the same time and continues at the same rate.
  [[nodiscard]] std::unique_ptr<AdjustableClock> copy() const;

  [[nodiscard]] TimePoint now() const override;
  /// Seconds per real second; 0 while it stands still.
  [[nodiscard]] double rate() const { return history_->last().rate; }
  /// Whether the clock behaves as after construction: it shows real time, or stands still at
  /// `frozen_start`.
  [[nodiscard]] bool is_as_new() const;
  [[nodiscard]] std::shared_ptr<const ClockHistory> history() const { return history_; }

  /// From now on time passes at this rate; 0 stops it. Not during a move.
  void set_rate(double rate);
  /// Shows real time again, even if that is earlier. Timers keep the time that they wait for.
  void start_over();

  // Moving the time forward, step by step: begin_move(), move_one() until it returns false,
  // end_move(). In the meantime the clock stands at the time of the timer that fired last, and
  // other callers must not change it.

  void begin_move();
  /// Fires the earliest timer that is due at `target`; returns false if there is none. What fired
  /// is added to `fired` if it has a label.
  bool move_one(TimePoint target, std::vector<Fired>& fired);
  /// Shows `target`, which is not before now(), and continues at the previous rate.
  void end_move(TimePoint target);
  [[nodiscard]] bool is_moving() const { return moved_to_.has_value(); }

 private:
  AdjustableClock(Clock& real, ClockHistory history, std::optional<TimePoint> frozen_start);

  void timers_changed() override;
  void fires(TimePoint due, const TimerLabel& label) override;
  void begin_stretch(TimePoint begin, double rate);
  void stop_timer();

  Clock& real_;
  const std::optional<TimePoint> frozen_start_;  ///< nullopt: the clock started with real time
  std::shared_ptr<const ClockHistory> history_;  ///< shared with its readers on other threads
  std::optional<TimerId> timer_;                 ///< of real_
  TimePoint timer_due_;                          ///< of real_, while there is a timer
  std::optional<TimePoint> moved_to_;            ///< during a move
  std::vector<Fired>* fired_ = nullptr;          ///< while move_one() runs
};

}  // namespace dynsessions
