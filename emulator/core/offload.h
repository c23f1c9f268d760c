#pragma once

#include <type_traits>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace dynsessions {

/// Runs `work` on a thread of `pool` and continues on the caller's executor with what it returned.
/// `work` gets values and touches no state of the event loop; its exceptions come out here. It is
/// always waited for, also when the caller is cancelled.
/// Name the callable before the call: g++ 12 destroys some temporaries of a co_await twice.
template <typename Work>
boost::asio::awaitable<std::invoke_result_t<Work>> offload(boost::asio::thread_pool& pool,
                                                           Work work) {
  auto on_pool = [](Work inner) -> boost::asio::awaitable<std::invoke_result_t<Work>> {
    co_return inner();
  };
  // Work on the pool is not cancelled: a cancellation would be handed over to its thread while the
  // loop goes on with the signal (a data race that tsan finds).
  auto uncancelled = boost::asio::bind_cancellation_slot(boost::asio::cancellation_slot(),
                                                         boost::asio::use_awaitable);
  co_return co_await boost::asio::co_spawn(pool.get_executor(), on_pool(std::move(work)),
                                           std::move(uncancelled));
}

}  // namespace dynsessions
