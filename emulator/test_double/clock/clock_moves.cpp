#include "emulator/test_double/clock/clock_moves.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace dynsessions::test_double {
namespace asio = boost::asio;

namespace {

/// Timers that fire before other work of the event loop has its turn.
constexpr std::size_t kTimersAtOnce = 8;
constexpr std::chrono::milliseconds kPause{1};
constexpr std::chrono::seconds kLongestSettling{10};

asio::awaitable<void> pause(std::chrono::steady_clock::duration time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> let_others_work() {
  const auto executor = co_await asio::this_coro::executor;
  co_await asio::post(executor, asio::use_awaitable);
}

/// Waits until calls whose programs timed out have ended.
asio::awaitable<void> settle(pools::SessionPool& sessions, std::vector<std::string> guids) {
  const auto deadline = std::chrono::steady_clock::now() + kLongestSettling;
  for (const std::string& guid : guids) {
    while (sessions.has_calls(guid) && std::chrono::steady_clock::now() < deadline) {
      co_await pause(kPause);
    }
  }
}

asio::awaitable<void> move_one_clock(ClockTarget target, std::vector<FiredTimer>& all) {
  AdjustableClock& clock = *target.clock.clock;
  pools::Pool* const pool = target.clock.pool.get();
  std::size_t count = 0;
  std::vector<AdjustableClock::Fired> fired;
  while (clock.move_one(target.time, fired)) {
    std::vector<std::string> timed_out;
    for (AdjustableClock::Fired& one : std::exchange(fired, {})) {
      if (one.label.what == execution::kExecutionTimedOut) timed_out.push_back(one.label.session);
      all.push_back({pool == nullptr ? "" : pool->definition().id.name, std::move(one)});
    }
    if (pool != nullptr && !timed_out.empty()) {
      co_await settle(pool->sessions(), std::move(timed_out));
    }
    if (++count % kTimersAtOnce == 0) co_await let_others_work();
  }
}

std::chrono::nanoseconds time_of(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

/// Waits until the kernel's coarse clock, which stamps files, has passed the present time. It ticks
/// every few milliseconds, later if the host keeps the processor from this machine. The deadline is
/// for system clocks that are set back.
asio::awaitable<void> until_files_follow() {
  const auto deadline = std::chrono::steady_clock::now() + kLongestSettling;
  const std::chrono::nanoseconds moment = time_of(CLOCK_REALTIME);
  while (time_of(CLOCK_REALTIME_COARSE) < moment && std::chrono::steady_clock::now() < deadline) {
    co_await pause(kPause);
  }
}

}  // namespace

asio::awaitable<void> until_still(std::vector<MovableClock> clocks) {
  const auto moves = [](const MovableClock& one) { return one.clock->is_moving(); };
  while (std::any_of(clocks.begin(), clocks.end(), moves)) co_await pause(kPause);
}

asio::awaitable<std::vector<FiredTimer>> move(std::vector<ClockTarget> targets) {
  const auto end = [&targets] {
    for (const ClockTarget& target : targets) target.clock.clock->end_move(target.time);
  };
  for (const ClockTarget& target : targets) target.clock.clock->begin_move();
  std::vector<FiredTimer> fired;
  try {
    for (const ClockTarget& target : targets) co_await move_one_clock(target, fired);
  } catch (...) {
    end();
    throw;
  }
  end();
  co_await until_files_follow();
  co_return fired;
}

}  // namespace dynsessions::test_double
