#include "tests/unit/net/raw_client.h"

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

namespace dynsessions::net {
namespace {

[[noreturn]] void throw_errno(const char* what) {
  throw std::system_error(errno, std::system_category(), what);
}

std::string field_value(const std::string& head, std::string_view name) {
  const std::string key = "\r\n" + std::string(name) + ": ";
  const std::size_t begin = head.find(key);
  if (begin == std::string::npos) return {};
  const std::size_t value = begin + key.size();
  return head.substr(value, head.find("\r\n", value) - value);
}

}  // namespace

RawClient::RawClient() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (!socket_) throw_errno("socket");
  const timeval timeout{.tv_sec = 60, .tv_usec = 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
}

RawClient::RawClient(std::uint16_t port) : RawClient() { connect(port); }

void RawClient::connect(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
  if (::connect(socket_.get(), generic, sizeof address) != 0) throw_errno("connect");
}

void RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = put(bytes);
    if (count < 0) throw_errno("send");
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void RawClient::send_what_is_taken(std::string_view bytes) {
  try {
    send(bytes);
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::broken_pipe && error.code() != std::errc::connection_reset)
      throw;
  }
}

void RawClient::half_close() {
  if (::shutdown(socket_.get(), SHUT_WR) != 0) throw_errno("shutdown");
}

Reply RawClient::read_reply(bool head_only) {
  Reply reply;
  reply.head = read_until("\r\n\r\n");
  reply.status = static_cast<unsigned>(std::stoul(reply.head.substr(9, 3)));
  if (head_only || reply.status < 200 || reply.status == 204 || reply.status == 304) return reply;
  if (field_value(reply.head, "Transfer-Encoding").empty()) {
    reply.body = read_exactly(std::stoul(field_value(reply.head, "Content-Length")));
    return reply;
  }
  while (const std::size_t size = std::stoul(read_until("\r\n"), nullptr, 16)) {
    reply.body += read_exactly(size);
    if (read_exactly(2) != "\r\n") throw std::runtime_error("a chunk does not end with its size");
  }
  if (read_exactly(2) != "\r\n") throw std::runtime_error("trailers after the last chunk");
  return reply;
}

std::string RawClient::read_to_end() {
  while (receive()) {
  }
  return std::move(received_);
}

bool RawClient::readable_within(int milliseconds) {
  pollfd waiting{.fd = socket_.get(), .events = POLLIN, .revents = 0};
  return ::poll(&waiting, 1, milliseconds) == 1;
}

std::string RawClient::read_until(std::string_view mark) {
  std::size_t found;
  while ((found = received_.find(mark)) == std::string::npos) {
    if (!receive()) throw std::runtime_error("the connection ended in an answer: " + received_);
  }
  return read_exactly(found + mark.size());
}

std::string RawClient::read_exactly(std::size_t count) {
  while (received_.size() < count) {
    if (!receive()) throw std::runtime_error("the connection ended in a body");
  }
  std::string bytes = received_.substr(0, count);
  received_.erase(0, count);
  return bytes;
}

ssize_t RawClient::put(std::string_view bytes) {
  return ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

ssize_t RawClient::get(std::span<char> into) {
  return ::recv(socket_.get(), into.data(), into.size(), 0);
}

bool RawClient::receive() {
  std::array<char, std::size_t{64} * 1024> piece;
  const ssize_t count = get(piece);
  if (count < 0 && errno != ECONNRESET) throw_errno("recv");
  if (count <= 0) return false;
  received_.append(piece.data(), static_cast<std::size_t>(count));
  return true;
}

}  // namespace dynsessions::net
