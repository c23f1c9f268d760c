#include "emulator/net/listener.h"

#include <chrono>
#include <utility>

#include <fcntl.h>

#include "emulator/base/spdlog.h"
#include "emulator/net/as_result.h"

namespace dynsessions::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::milliseconds kRetryDelay{100};

/// Asio 1.81 does not set the flag, and a launched process must not inherit sockets.
void set_close_on_exec(int fd) {
  if (::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
    throw boost::system::system_error(errno, boost::system::system_category(), "FD_CLOEXEC");
  }
}

}  // namespace

Listener::Listener(asio::any_io_executor executor, std::function<void()> on_shortage)
    : acceptor_(executor), retry_(executor), on_shortage_(std::move(on_shortage)) {}

void Listener::open(const tcp::endpoint& endpoint) {
  acceptor_.open(endpoint.protocol());
  set_close_on_exec(acceptor_.native_handle());
  acceptor_.set_option(tcp::acceptor::reuse_address(true));
  acceptor_.bind(endpoint);
  acceptor_.listen();
  local_endpoint_ = acceptor_.local_endpoint();
}

void Listener::close() {
  error_code ignored;  // the descriptor is gone in any case
  acceptor_.close(ignored);
  retry_.cancel();
}

asio::awaitable<std::optional<tcp::socket>> Listener::accept() {
  while (acceptor_.is_open()) {
    auto [error, socket] = co_await acceptor_.async_accept(kAsResult);
    if (!acceptor_.is_open()) break;
    if (error) {
      co_await back_off(error);
      continue;
    }
    short_of_resources_ = false;
    set_close_on_exec(socket.native_handle());
    error_code ignored;  // the client can have left already; its first read reports it
    socket.set_option(tcp::no_delay(true), ignored);
    co_return std::move(socket);
  }
  co_return std::nullopt;
}

asio::awaitable<void> Listener::back_off(error_code reason) {
  if (!std::exchange(short_of_resources_, true)) {
    spdlog::warn("cannot accept connections, will try again: {}", reason.message());
  }
  on_shortage_();
  retry_.expires_after(kRetryDelay);
  co_await retry_.async_wait(kAsResult);
}

}  // namespace dynsessions::net
