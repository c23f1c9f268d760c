#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

namespace dynsessions {

/// Describes a timer. A move of the clock reports the label of each timer that fires.
struct TimerLabel {
  std::string_view what;  ///< "session-expired"; static storage; empty: not reported
  std::string session;    ///< guid, or empty
};

/// The time of the emulator itself: cooldown, ages, time stamps and the execution deadline. No
/// other code asks the system clock directly, so that a test can move time. Time inside the user's
/// program stays real.
///
/// Lives on the event-loop thread; not thread-safe.
class Clock {
 public:
  using TimePoint = std::chrono::system_clock::time_point;
  using Duration = std::chrono::system_clock::duration;
  using TimerId = std::uint64_t;

  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  [[nodiscard]] virtual TimePoint now() const = 0;

  /// Calls `action` once, on the event loop, when `when` is reached. Never calls it from inside
  /// this function, even if `when` has already passed.
  TimerId call_at(TimePoint when, std::function<void()> action, TimerLabel label = {});

  /// Forgets the timer; does nothing if it has fired.
  void cancel(TimerId id);

  /// Waits until `when`. Ends early, without an exception, if the waiting operation is cancelled.
  boost::asio::awaitable<void> sleep_until(TimePoint when);

 protected:
  /// Runs every action that is due at `time`, in order of time; actions can add timers.
  void fire_due(TimePoint time);
  /// Runs the action of the earliest timer. There must be one.
  void fire_next();
  [[nodiscard]] bool empty() const noexcept { return timers_.empty(); }
  [[nodiscard]] TimePoint next_due() const { return timers_.begin()->first.first; }
  /// Called when the earliest timer can have changed.
  virtual void timers_changed() = 0;
  /// Called before the action of a timer that was due at `due`.
  virtual void fires(TimePoint /*due*/, const TimerLabel& /*label*/) {}

 private:
  struct Timer {
    std::function<void()> action;
    TimerLabel label;
  };
  using Key = std::pair<TimePoint, TimerId>;
  std::map<Key, Timer> timers_;
  std::map<TimerId, TimePoint> due_;
  TimerId next_id_ = 1;
};

/// A timer that is cancelled at the end of its scope, even if a cancelled coroutine unwinds. Its
/// action can therefore refer to variables of that scope.
class ScopedTimer {
 public:
  ScopedTimer(Clock& clock, Clock::TimePoint when, std::function<void()> action,
              TimerLabel label = {})
      : clock_(clock), id_(clock.call_at(when, std::move(action), std::move(label))) {}
  ScopedTimer(const ScopedTimer&) = delete;
  ScopedTimer& operator=(const ScopedTimer&) = delete;
  ~ScopedTimer() { clock_.cancel(id_); }

 private:
  Clock& clock_;
  const Clock::TimerId id_;
};

/// Wall-clock time, with one timer of the event loop for all actions.
class SystemClock : public Clock {
 public:
  explicit SystemClock(const boost::asio::any_io_executor& executor);
  [[nodiscard]] TimePoint now() const override;

 private:
  void timers_changed() override;
  boost::asio::steady_timer timer_;
};

/// Time that only goes forward, for timeouts of real processes: neither a jump of the wall clock
/// nor a test moves it. Its time points can only be compared with each other.
class SteadyClock final : public SystemClock {
 public:
  using SystemClock::SystemClock;
  [[nodiscard]] TimePoint now() const override;
};

}  // namespace dynsessions
