#pragma once

#include <cstdint>
#include <exception>
#include <type_traits>
#include <utility>
#include <variant>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace dynsessions {

/// Bytes that work moves before it lets others have its thread: quick clients share the pool.
inline constexpr std::uint64_t kMostBytesAtOnce = std::uint64_t{8} << 20;

/// What work came to: its exception, or what it returned (nothing: monostate).
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

/// Runs `work` on a thread of `pool` and continues on the caller's executor with what it returned.
/// `work` gets values and touches no state of the event loop; its exceptions come out here. It is
/// always waited for, also when the caller is cancelled.
/// Name the callable before the call: g++ 12 destroys some temporaries of a co_await twice.
template <typename Work>
boost::asio::awaitable<std::invoke_result_t<Work>> offload(boost::asio::thread_pool& pool,
                                                           Work work) {
  // An exception is handed over like a value, so that one thread at a time refers to it: Asio's
  // pool thread would let go of it while the loop reads it, which is right but beyond what tsan can
  // see (libstdc++ counts the references inside its library).
  auto on_pool = [](Work inner) -> boost::asio::awaitable<Outcome<Work>> {
    co_return outcome_of(inner);
  };
  // Work on the pool is not cancelled: a cancellation would be handed over to its thread while the
  // loop goes on with the signal (a data race that tsan finds).
  auto uncancelled = boost::asio::bind_cancellation_slot(boost::asio::cancellation_slot(),
                                                         boost::asio::use_awaitable);
  Outcome<Work> outcome = co_await boost::asio::co_spawn(
      pool.get_executor(), on_pool(std::move(work)), std::move(uncancelled));
  if (outcome.index() == 0) std::rethrow_exception(std::get<0>(std::move(outcome)));
  if constexpr (!std::is_void_v<std::invoke_result_t<Work>>) {
    co_return std::get<1>(std::move(outcome));
  }
}

}  // namespace dynsessions
