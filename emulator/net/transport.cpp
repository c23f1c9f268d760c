#include "emulator/net/transport.h"

#include <cerrno>
#include <chrono>
#include <sstream>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include "emulator/net/as_result.h"

namespace dynsessions::net {
namespace asio = boost::asio;

namespace {
constexpr std::chrono::seconds kLookAgain{1};

/// Whether the peer has closed its side, with or without unread bytes. Asio has no function for
/// this.
bool has_left(int socket) {
  pollfd state{socket, POLLRDHUP, 0};
  return ::poll(&state, 1, 0) != 0;
}

}  // namespace

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

asio::awaitable<void> Transport::until_client_leaves() {
  asio::steady_timer again(executor());
  for (;;) {
    const auto [error] =
        co_await stream_.socket().async_wait(asio::ip::tcp::socket::wait_read, kAsResult);
    if (error || has_left(stream_.socket().native_handle())) co_return;
    // The client has sent bytes that are not read now, so the socket stays readable.
    again.expires_after(kLookAgain);
    co_await again.async_wait(kAsResult);
  }
}

std::string Transport::peer() const {
  boost::system::error_code gone;
  const auto endpoint = stream_.socket().remote_endpoint(gone);
  if (gone) return {};
  std::ostringstream text;
  text << endpoint;
  return text.str();
}

std::string Transport::peer_address() const {
  boost::system::error_code gone;
  const auto endpoint = stream_.socket().remote_endpoint(gone);
  return gone ? std::string() : endpoint.address().to_string();
}

void Transport::reset() {
  boost::system::error_code ignored;  // the client can have reset the connection itself
  stream_.socket().set_option(asio::socket_base::linger(true, 0), ignored);
  stream_.close();
}

asio::awaitable<void> Transport::finish_sending() {
  boost::system::error_code ignored;  // the client can have left: the next read reports it
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  co_return;
}

}  // namespace dynsessions::net
