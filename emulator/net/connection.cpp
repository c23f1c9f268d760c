#include "emulator/net/connection.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <string>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

#include "emulator/net/request_head.h"

namespace dynsessions::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;

constexpr auto kAsResult = asio::as_tuple(asio::use_awaitable);

/// Most heads are shorter; an idle connection should not cost more.
constexpr std::size_t kHeadPiece = std::size_t{4} * 1024;

/// The first byte of every TLS connection. It would never become a head, and a person who mixed up
/// http and https should not wait for a timeout to learn it.
constexpr char kTlsHandshake = 0x16;

/// What is read, and for how long, of a request that was answered before its end.
constexpr std::size_t kMaxDiscarded = std::size_t{256} * 1024;
constexpr std::chrono::seconds kMaxDiscardTime{1};

}  // namespace

Connection::Connection(std::uint64_t number, asio::ip::tcp::socket socket,
                       asio::thread_pool& file_pool, http::Handler& handler,
                       const ServerLimits& limits)
    : number_(number),
      handler_(handler),
      limits_(limits),
      stream_(std::move(socket)),
      buffer_(limits.head_bytes),
      writer_(stream_, file_pool, limits) {}

asio::awaitable<void> Connection::run() {
  bool keep_alive = true;
  while (keep_alive && !draining_) {
    const Result<std::size_t> head_size = co_await read_head();
    ++requests_;
    if (!head_size) {
      co_await refuse(head_size.error());
      break;
    }
    keep_alive = *head_size > 0 && co_await serve(*head_size);
  }
  stream_.close();
}

void Connection::finish_soon() {
  draining_ = true;
  if (idle_) stream_.close();
}

void Connection::cut() {
  cut_ = true;
  stream_.close();
  cancel_.emit(asio::cancellation_type::terminal);
}

/// Waits until the buffer starts with a whole head and tells its size; 0 when the client has gone,
/// was too slow, or is to go because the server drains.
asio::awaitable<Result<std::size_t>> Connection::read_head() {
  static constexpr std::string_view kEnd = "\r\n\r\n";
  idle_ = buffer_.size() == 0;
  stream_.expires_after(idle_ ? limits_.idle_time : limits_.head_time);
  for (;;) {
    const std::size_t end = buffered().find(kEnd);
    if (end != std::string_view::npos) co_return end + kEnd.size();
    const std::size_t room = buffer_.max_size() - buffer_.size();
    if (room == 0) {
      co_return invalid_request("The request head is longer than " +
                                std::to_string(limits_.head_bytes) + " bytes.");
    }
    const auto space = buffer_.prepare(std::min(room, kHeadPiece));
    const auto [error, count] = co_await stream_.async_read_some(space, kAsResult);
    if (error || !stream_.socket().is_open()) co_return std::size_t{0};
    buffer_.commit(count);
    // Set once: the deadline covers the whole head, however slowly it drips in.
    if (std::exchange(idle_, false)) stream_.expires_after(limits_.head_time);
    if (buffered().front() == kTlsHandshake) {
      co_return invalid_request("This port speaks HTTP without TLS: use http://.");
    }
  }
}

/// Answers the request at the front of the buffer; whether another one may follow.
asio::awaitable<bool> Connection::serve(std::size_t head_size) {
  RequestParser parser;
  Result<RequestHead> head = parse_head(parser, buffered().substr(0, head_size));
  buffer_.consume(head_size);
  if (!head) {
    co_await refuse(head.error());
    co_return false;
  }
  BodyStream body(stream_, buffer_, parser, *head, limits_);
  Exchange exchange{.version = head->version,
                    .head_only = head->request.method == http::Method::head};
  http::Response response = co_await answer(std::move(head->request), body);
  if (body.connection_lost()) co_return false;
  exchange.keep_alive = head->keep_alive && body.at_end() && !draining_;
  const bool sent = co_await send(std::move(response), exchange);
  if (sent && !body.at_end()) co_await discard_input();
  co_return sent&& exchange.keep_alive;
}

asio::awaitable<http::Response> Connection::answer(http::Request request, BodyStream& body) {
  try {
    http::Response response = co_await handler_.handle(std::move(request), body);
    if (!body.framing_error()) co_return response;
  } catch (const std::exception& error) {
    if (cut_) throw;
    spdlog::error("request {}.{} failed: {}", number_, requests_, error.what());
    co_return handler_.refuse(Error{ErrorCode::internal, "An internal error occurred.", {}, {}});
  }
  co_return handler_.refuse(*body.framing_error());
}

/// Whether the whole response was handed to the kernel.
asio::awaitable<bool> Connection::send(http::Response response, Exchange exchange) {
  const error_code error = co_await writer_.write(std::move(response), exchange);
  if (error) spdlog::debug("request {}.{} not answered: {}", number_, requests_, error.message());
  co_return !error;
}

/// The answer to bytes that never became a request.
asio::awaitable<void> Connection::refuse(Error error) {
  const bool sent = co_await send(handler_.refuse(error), Exchange());
  if (sent) co_await discard_input();
}

/// Closing a socket with unread input resets it, and a reset can overtake the answer that was just
/// sent. So the client is told that nothing follows, and a little of what it still sends is read.
asio::awaitable<void> Connection::discard_input() {
  error_code ignored;  // of a client that has gone: the first read will tell
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  stream_.expires_after(kMaxDiscardTime);
  std::size_t discarded = 0;
  while (discarded < kMaxDiscarded) {
    buffer_.clear();
    const auto space = buffer_.prepare(buffer_.max_size());
    const auto [error, count] = co_await stream_.async_read_some(space, kAsResult);
    if (error) break;
    discarded += count;
  }
}

std::string_view Connection::buffered() const {
  const auto data = buffer_.cdata();
  return {static_cast<const char*>(data.data()), data.size()};
}

}  // namespace dynsessions::net
