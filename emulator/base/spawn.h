#pragma once

#include <exception>
#include <functional>
#include <optional>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>

namespace dynsessions {

/// Is told that a coroutine has ended, with the exception that it threw, or null.
using Ended = std::function<void(const std::exception_ptr&)>;

/// For coroutines that let no exception out: if one does, it is a bug and leaves the event loop
/// through run().
void rethrow(const std::exception_ptr& exception);

/// Starts a coroutine, at once if this is the loop's thread. `slot` can cancel it, and must stay
/// valid until the call of `ended` has returned. The compiler makes the coroutines of
/// asio::co_spawn() here once, and not for each caller.
void spawn(boost::asio::any_io_executor executor, boost::asio::awaitable<void> coroutine,
           Ended ended = rethrow, boost::asio::cancellation_slot slot = {});

/// Stores the result of the coroutine in `value`.
template <typename Value>
boost::asio::awaitable<void> keep(boost::asio::awaitable<Value> coroutine,
                                  std::optional<Value>& value) {
  value.emplace(co_await std::move(coroutine));
}

/// Runs a coroutine until `loop` has nothing more to do. Returns its result, or throws its
/// exception.
void run_to_end(boost::asio::io_context& loop, boost::asio::awaitable<void> coroutine);

template <typename Value>
Value run_to_end(boost::asio::io_context& loop, boost::asio::awaitable<Value> coroutine) {
  std::optional<Value> value;
  run_to_end(loop, keep(std::move(coroutine), value));
  return *std::move(value);
}

}  // namespace dynsessions
