#include "emulator/base/offload.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace dynsessions {
namespace {

namespace asio = boost::asio;

asio::awaitable<void> run(std::function<void()> work) {
  work();
  co_return;
}

}  // namespace

asio::awaitable<void> run_on(asio::thread_pool& pool, std::function<void()> work) {
  // Work on the pool is not cancelled: Asio would pass a cancellation to the pool's thread while
  // the loop continues to use the signal (a data race that tsan finds).
  auto uncancelled = asio::bind_cancellation_slot(asio::cancellation_slot(), asio::use_awaitable);
  co_await asio::co_spawn(pool.get_executor(), run(std::move(work)), std::move(uncancelled));
}

}  // namespace dynsessions
