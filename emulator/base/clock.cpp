#include "emulator/base/clock.h"

#include <algorithm>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace dynsessions {
namespace asio = boost::asio;

Clock::TimerId Clock::call_at(TimePoint when, std::function<void()> action, TimerLabel label) {
  const TimerId id = next_id_++;
  timers_.emplace(Key{when, id}, Timer{std::move(action), std::move(label)});
  due_.emplace(id, when);
  timers_changed();
  return id;
}

void Clock::cancel(TimerId id) {
  const auto found = due_.find(id);
  if (found == due_.end()) return;
  timers_.erase(Key{found->second, id});
  due_.erase(found);
  timers_changed();
}

asio::awaitable<void> Clock::sleep_until(TimePoint when) {
  // The wait is a steady timer without an end: the timer of this clock cancels it, and so does a
  // cancellation from outside.
  auto executor = co_await asio::this_coro::executor;
  asio::steady_timer forever(executor, asio::steady_timer::time_point::max());
  auto wake = [&forever] { forever.cancel(); };
  const ScopedTimer timer(*this, when, wake);
  co_await forever.async_wait(asio::as_tuple(asio::use_awaitable));
}

void Clock::fire_next() {
  auto node = timers_.extract(timers_.begin());
  const auto [due, id] = node.key();
  due_.erase(id);
  fires(due, node.mapped().label);
  node.mapped().action();
}

void Clock::fire_due(TimePoint time) {
  while (!empty() && next_due() <= time) fire_next();
}

SystemClock::SystemClock(const asio::any_io_executor& executor) : timer_(executor) {}

Clock::TimePoint SystemClock::now() const { return std::chrono::system_clock::now(); }

Clock::TimePoint SteadyClock::now() const {
  return TimePoint(
      std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

void SystemClock::timers_changed() {
  timer_.cancel();
  if (empty()) return;
  // A wait is bounded so that a jump of the wall clock is noticed within a minute.
  constexpr Duration kLongestWait = std::chrono::minutes(1);
  timer_.expires_after(std::clamp(next_due() - now(), Duration::zero(), kLongestWait));
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    fire_due(now());
    timers_changed();
  });
}

}  // namespace dynsessions
