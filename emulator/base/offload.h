#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <type_traits>
#include <utility>
#include <variant>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

namespace dynsessions {

/// Number of bytes after which a piece of work gives its thread back, because clients with short
/// work share the pool.
inline constexpr std::uint64_t kMostBytesAtOnce = std::uint64_t{8} << 20;

/// The result of work: its exception, or its return value (monostate for void).
template <typename Work, typename Value = std::invoke_result_t<Work>>
using Outcome = std::variant<std::exception_ptr,
                             std::conditional_t<std::is_void_v<Value>, std::monostate, Value>>;

template <typename Work>
Outcome<Work> outcome_of(Work& work) {
  try {
    if constexpr (std::is_void_v<std::invoke_result_t<Work>>) {
      work();
      return Outcome<Work>(std::in_place_index<1>);
    } else {
      return Outcome<Work>(std::in_place_index<1>, work());
    }
  } catch (...) {
    return Outcome<Work>(std::in_place_index<0>, std::current_exception());
  }
}

/// Runs `work`, which throws nothing, on a thread of `pool` and continues on the caller's executor.
/// Separate from offload(), so that the compiler makes the coroutines of Asio once and not for each
/// kind of work.
boost::asio::awaitable<void> run_on(boost::asio::thread_pool& pool, std::function<void()> work);

/// Runs `work` on a thread of `pool` and continues on the caller's executor with the return value.
/// `work` gets values and touches no state of the event loop; its exceptions are rethrown here. The
/// caller always waits for its end, even after a cancellation. Name the callable before the call:
/// g++ 12 destroys some temporaries of a co_await twice.
template <typename Work>
boost::asio::awaitable<std::invoke_result_t<Work>> offload(boost::asio::thread_pool& pool,
                                                           Work work) {
  // The exception is passed like a value, so that only one thread at a time refers to it. Otherwise
  // Asio's pool thread would release it while the loop reads it. That is correct, but tsan cannot
  // see it (libstdc++ counts the references inside its library).
  Outcome<Work> outcome;
  std::function<void()> keep_outcome = [&work, &outcome] { outcome = outcome_of(work); };
  co_await run_on(pool, std::move(keep_outcome));
  if (outcome.index() == 0) std::rethrow_exception(std::get<0>(std::move(outcome)));
  if constexpr (!std::is_void_v<std::invoke_result_t<Work>>) {
    co_return std::get<1>(std::move(outcome));
  }
}

}  // namespace dynsessions
