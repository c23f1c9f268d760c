#include "emulator/base/spawn.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

namespace dynsessions {
namespace asio = boost::asio;

void rethrow(const std::exception_ptr& exception) {
  if (exception) std::rethrow_exception(exception);
}

void spawn(asio::any_io_executor executor, asio::awaitable<void> coroutine, Ended ended,
           asio::cancellation_slot slot) {
  asio::co_spawn(std::move(executor), std::move(coroutine),
                 asio::bind_cancellation_slot(slot, std::move(ended)));
}

void run_to_end(asio::io_context& loop, asio::awaitable<void> coroutine) {
  std::exception_ptr thrown;
  spawn(loop.get_executor(), std::move(coroutine),
        [&thrown](const std::exception_ptr& exception) { thrown = exception; });
  loop.run();
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace dynsessions
