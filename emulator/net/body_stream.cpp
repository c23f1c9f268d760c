#include "emulator/net/body_stream.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>

namespace dynsessions::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;

}  // namespace

BodyStream::BodyStream(Transport& transport, beast::flat_buffer& buffer, RequestParser& parser,
                       const RequestHead& head, const ServerLimits& limits)
    : transport_(transport),
      buffer_(buffer),
      parser_(parser),
      limits_(limits),
      chunked_(head.request.chunked),
      left_(head.request.content_length.value_or(0)),
      owes_continue_(head.expects_continue) {}

asio::awaitable<Result<std::size_t>> BodyStream::read(std::span<char> into) {
  if (framing_error_) co_return *framing_error_;
  const bool ask_for_it = std::exchange(owes_continue_, false) && !at_end();
  if (ask_for_it && buffer_.size() == 0) {
    const Result<void> sent = co_await send_continue();
    if (!sent) co_return sent.error();
  }
  transport_.expires_after(limits_.body_time);
  if (chunked_) co_return co_await read_chunked(into);
  co_return co_await read_counted(into);
}

asio::awaitable<Result<std::size_t>> BodyStream::read_counted(std::span<char> into) {
  const asio::mutable_buffer space(into.data(), std::min<std::uint64_t>(into.size(), left_));
  if (space.size() == 0) co_return std::size_t{0};
  if (!socket_ && left_ > into.size()) socket_ = transport_.duplicate_socket();
  if (buffer_.size() > 0) {
    const std::size_t count = asio::buffer_copy(space, buffer_.cdata());
    buffer_.consume(count);
    left_ -= count;
    taken_ += count;
    co_return count;
  }
  const auto [error, count] = co_await transport_.read_some(space);
  if (error) co_return lost(error);
  left_ -= count;
  taken_ += count;
  co_return std::size_t{count};
}

std::size_t BodyStream::read_arrived(std::span<char> into) {
  const std::size_t space = std::min<std::uint64_t>(into.size(), left_);
  if (!socket_ || buffer_.size() > 0 || space == 0) return 0;
  const ssize_t count = ::recv(socket_.get(), into.data(), space, MSG_DONTWAIT);
  if (count <= 0) return 0;
  left_ -= static_cast<std::size_t>(count);
  taken_ += static_cast<std::size_t>(count);
  return static_cast<std::size_t>(count);
}

asio::awaitable<Result<std::size_t>> BodyStream::read_chunked(std::span<char> into) {
  while (!at_end()) {
    Result<std::size_t> decoded = decode(into);
    if (!decoded || *decoded > 0 || at_end()) co_return decoded;
    const Result<void> filled = co_await fill();
    if (!filled) co_return filled.error();
  }
  co_return std::size_t{0};
}

asio::awaitable<Result<void>> BodyStream::send_continue() {
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  transport_.expires_after(limits_.write_time);
  const std::array<asio::const_buffer, 1> line{asio::buffer(kContinue)};
  const auto [error, count] = co_await transport_.write(line);
  if (error) co_return lost(error);
  co_return Result<void>();
}

/// Reads more bytes from the socket.
asio::awaitable<Result<void>> BodyStream::fill() {
  const std::size_t room = buffer_.max_size() - buffer_.size();
  if (room == 0) co_return broken("a chunk header or the trailers are too long");
  const auto [error, count] = co_await transport_.read_some(buffer_.prepare(room));
  if (error) co_return lost(error);
  buffer_.commit(count);
  co_return Result<void>();
}

/// Moves the part of the body that is in the buffer; returns 0 if there is none yet.
Result<std::size_t> BodyStream::decode(std::span<char> into) {
  auto& body = parser_.get().body();
  body.data = into.data();
  body.size = into.size();
  body.more = true;
  // One put() takes at most one piece (the head, a chunk's header, some data), so repeat it until
  // there is data or nothing is taken.
  while (!at_end() && body.size == into.size()) {
    beast::error_code error;
    const std::size_t used = parser_.put(buffer_.data(), error);
    buffer_.consume(used);
    if (error == beast::http::error::need_more || error == beast::http::error::need_buffer) break;
    if (error) return broken(error.message());
    if (used == 0) break;
  }
  const std::size_t count = into.size() - body.size;
  taken_ += count;
  return count;
}

Error BodyStream::lost(const boost::system::error_code& error) {
  connection_lost_ = true;
  return invalid_request("The request body did not arrive: " + error.message() + ".");
}

Error BodyStream::broken(std::string what) {
  framing_error_ = invalid_request("The request body is not framed as HTTP/1.1: " + what + ".");
  return *framing_error_;
}

}  // namespace dynsessions::net
