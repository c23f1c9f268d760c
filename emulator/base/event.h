#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

namespace dynsessions {

/// Wakes the coroutines that wait on it. A wake-up carries no value and can come early: wait in a
/// loop that checks the awaited state. Event-loop thread only; outlives its waiters.
class Event {
 public:
  explicit Event(const boost::asio::any_io_executor& executor)
      : timer_(executor, boost::asio::steady_timer::time_point::max()) {}

  /// Wakes every coroutine that waits now.
  void notify() { timer_.cancel(); }

  /// Waits for the next notify(). Has no deadline; the caller arranges for a notify() at its
  /// deadline.
  boost::asio::awaitable<void> wait();

 private:
  boost::asio::steady_timer timer_;
};

}  // namespace dynsessions
