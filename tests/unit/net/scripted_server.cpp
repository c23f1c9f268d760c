#include "tests/unit/net/scripted_server.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <exception>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

namespace dynsessions::net {
namespace {

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::system_category(), what);
}

}  // namespace

ScriptedConnection::ScriptedConnection(UniqueFd socket) : socket_(std::move(socket)) {
  const timeval timeout{.tv_sec = 10, .tv_usec = 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
}

std::string ScriptedConnection::read_some() {
  if (!unread_.empty()) return std::exchange(unread_, {});
  std::array<char, std::size_t{64} * 1024> piece;
  const ssize_t count = ::recv(socket_.get(), piece.data(), piece.size(), 0);
  if (count < 0 && errno != ECONNRESET) fail("recv");
  return {piece.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
}

std::string ScriptedConnection::read_until(std::string_view mark) {
  std::string all;
  std::size_t found = 0;
  while ((found = all.find(mark)) == all.npos) {
    const std::string piece = read_some();
    if (piece.empty()) throw std::runtime_error("the client closed after " + all);
    all += piece;
  }
  unread_ = all.substr(found + mark.size());
  return all.substr(0, found + mark.size());
}

void ScriptedConnection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0) fail("send");
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

std::size_t ScriptedConnection::send_until_full(std::size_t most, int milliseconds) {
  const std::string piece(std::size_t{64} * 1024, 'x');
  std::size_t sent = 0;
  pollfd waiting{.fd = socket_.get(), .events = POLLOUT, .revents = 0};
  while (sent < most && ::poll(&waiting, 1, milliseconds) == 1) {
    const ssize_t count = ::send(socket_.get(), piece.data(), std::min(piece.size(), most - sent),
                                 MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && errno != EAGAIN) fail("send");
    sent += static_cast<std::size_t>(std::max<ssize_t>(count, 0));
  }
  return sent;
}

void ScriptedConnection::wait_for_end() {
  while (!read_some().empty()) {
  }
}

UniqueFd listen_on_loopback(int backlog, std::uint16_t& port) {
  UniqueFd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener.get(), generic, size) != 0) fail("bind");
  if (::listen(listener.get(), backlog) != 0) fail("listen");
  if (::getsockname(listener.get(), generic, &size) != 0) fail("getsockname");
  port = ntohs(address.sin_port);
  return listener;
}

ScriptedServer::ScriptedServer(std::vector<Script> scripts)
    : listener_(listen_on_loopback(8, port_)) {
  thread_ = std::thread([this, scripts = std::move(scripts)] {
    for (const Script& script : scripts) {
      UniqueFd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!socket) return;
      ScriptedConnection connection(std::move(socket));
      try {
        script(connection);
      } catch (const std::exception&) {
        // The client ended early; the test sees the bytes that it received.
      }
    }
  });
}

ScriptedServer::~ScriptedServer() {
  ::shutdown(listener_.get(), SHUT_RDWR);
  thread_.join();
}

}  // namespace dynsessions::net
