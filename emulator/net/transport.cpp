#include "emulator/net/transport.h"

#include <cerrno>

#include <fcntl.h>

#include <boost/asio/write.hpp>
#include <sys/socket.h>

#include "emulator/net/as_result.h"

namespace dynsessions::net {
namespace asio = boost::asio;

asio::awaitable<Opening> Transport::open() { co_return Opening::ready; }

asio::awaitable<Transferred> Transport::read_some(asio::mutable_buffer into) {
  return stream_.async_read_some(into, kAsResult);
}

asio::awaitable<Transferred> Transport::write(std::span<const asio::const_buffer> bytes) {
  return asio::async_write(stream_, bytes, kAsResult);
}

UniqueFd Transport::duplicate_socket() {
  return UniqueFd(::fcntl(stream_.socket().native_handle(), F_DUPFD_CLOEXEC, 0));
}

bool Transport::has_input() {
  char first = 0;
  const int flags = MSG_PEEK | MSG_DONTWAIT;
  const ssize_t count = ::recv(stream_.socket().native_handle(), &first, 1, flags);
  return count >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

asio::awaitable<void> Transport::finish_sending() {
  boost::system::error_code ignored;  // of a client that has gone: the next read will tell
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  co_return;
}

}  // namespace dynsessions::net
