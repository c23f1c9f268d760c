#include "emulator/base/event.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace dynsessions {
namespace asio = boost::asio;

asio::awaitable<void> Event::wait() {
  co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
}

}  // namespace dynsessions
