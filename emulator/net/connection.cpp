#include "emulator/net/connection.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <string>
#include <utility>

#include "emulator/base/identifiers.h"
#include "emulator/base/spdlog.h"
#include "emulator/http/trace_context.h"
#include "emulator/net/request_head.h"

namespace dynsessions::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

/// Size of the first read. Most heads are shorter, and an idle connection should not take more
/// memory.
constexpr std::size_t kHeadPiece = std::size_t{4} * 1024;

/// Bytes that are still read of a request that was answered before its end.
constexpr std::size_t kMaxDiscarded = std::size_t{256} * 1024;

/// From the end of the last answer to the end of the connection.
constexpr std::chrono::seconds kMaxFarewell{1};

std::string path_of(const http::Target& target) {
  std::string path;
  for (const std::string& segment : target.segments) path.append("/").append(segment);
  return path.empty() ? "/" : path;
}

}  // namespace

Connection::Connection(std::uint64_t number, std::unique_ptr<Transport> transport,
                       asio::thread_pool& file_pool, http::Handler& handler,
                       const ServerLimits& limits, WaitingConnections& waiting,
                       const std::vector<http::ExchangeObserver*>& observers)
    : number_(number),
      handler_(handler),
      limits_(limits),
      observers_(observers),
      transport_(std::move(transport)),
      buffer_(limits.head_bytes),
      writer_(*transport_, file_pool, limits),
      waiting_(waiting, *this) {}

asio::awaitable<void> Connection::run() {
  if (spdlog::should_log(spdlog::level::debug)) {
    spdlog::debug("connection {} opened by {} for {}", number_, transport_->peer(),
                  transport_->scheme());
  }
  const bool ready = co_await open();  // named: g++ 12 miscompiles a co_await in an if's condition
  if (ready) co_await serve_requests();
  transport_->close();
  spdlog::debug("connection {} closed after {} requests", number_, requests_);
}

/// Returns whether requests can follow.
asio::awaitable<bool> Connection::open() {
  idle_ = true;
  waiting_.enter();
  transport_->expires_after(limits_.handshake_time);
  const Opening opening = co_await transport_->open();
  if (opening == Opening::not_encrypted) {
    warn_of_wrong_port("a client spoke HTTP without TLS to the HTTPS port: use https:// there");
    co_await refuse(invalid_request("This port speaks HTTP over TLS only: use https://."));
  }
  waiting_.leave();
  co_return opening == Opening::ready;
}

asio::awaitable<void> Connection::serve_requests() {
  bool keep_alive = true;
  while (keep_alive && !draining_) {
    waiting_.enter();
    const Result<std::size_t> head_size = co_await read_head();
    waiting_.leave();
    if (head_size && *head_size == 0) break;
    ++requests_;
    if (!head_size) {
      co_await refuse(head_size.error());
      break;
    }
    keep_alive = co_await serve(*head_size);
  }
}

void Connection::finish_soon() {
  draining_ = true;
  writer_.finish_soon();
  if (idle_) transport_->close();
}

void Connection::evict() {
  evicted_ = true;
  waiting_.leave();
  transport_->close();
}

void Connection::abort() {
  aborted_ = true;
  transport_->close();
  cancel_.emit(asio::cancellation_type::terminal);
}

/// Waits until the buffer starts with a whole head and returns its size. Returns 0 if the client
/// has gone or was too slow, or if the server drains.
asio::awaitable<Result<std::size_t>> Connection::read_head() {
  static constexpr std::string_view kEnd = "\r\n\r\n";
  idle_ = buffer_.size() == 0;
  transport_->expires_after(idle_ ? limits_.idle_time : limits_.head_time);
  for (;;) {
    const std::size_t end = buffered().find(kEnd);
    if (end != std::string_view::npos) co_return end + kEnd.size();
    const std::size_t room = buffer_.max_size() - buffer_.size();
    if (room == 0) {
      co_return invalid_request("The request head is longer than " +
                                std::to_string(limits_.head_bytes) + " bytes.");
    }
    const auto space = buffer_.prepare(std::min(room, kHeadPiece));
    const auto [error, count] = co_await transport_->read_some(space);
    if (error || !transport_->is_open()) co_return std::size_t{0};
    buffer_.commit(count);
    // Set once, so that the deadline covers the whole head, however slowly it arrives.
    if (std::exchange(idle_, false)) {
      transport_->expires_after(limits_.head_time);
      waiting_.enter();  // a connection that sends after a long wait is no longer the longest
                         // waiting one
    }
    // Refuses a TLS handshake at once, so that a person who mixed up http and https need not wait
    // for a timeout.
    if (buffered().front() == kTlsHandshake) {
      warn_of_wrong_port("a client spoke TLS to the port of plain HTTP: use http:// there");
      co_return invalid_request("This port speaks HTTP without TLS: use http://.");
    }
  }
}

/// Answers the request at the front of the buffer. Returns whether another one can follow.
asio::awaitable<bool> Connection::serve(std::size_t head_size) {
  http::Exchange exchange = new_exchange();
  std::exception_ptr failure;
  bool keep_alive = false;
  try {
    keep_alive = co_await serve_request(exchange, head_size);
  } catch (...) {
    failure = std::current_exception();
  }
  end(exchange);
  if (failure) std::rethrow_exception(failure);
  co_return keep_alive;
}

asio::awaitable<bool> Connection::serve_request(http::Exchange& exchange, std::size_t head_size) {
  RequestParser parser;
  Result<RequestHead> head = parse_head(parser, buffered().substr(0, head_size));
  buffer_.consume(head_size);
  if (!head) {
    co_await refuse(exchange, head.error());
    co_return false;
  }
  BodyStream body(*transport_, buffer_, parser, *head, limits_);
  ResponseContext context{.version = head->version,
                          .head_only = head->request.method == http::Method::head};
  head->request.scheme = transport_->scheme();
  exchange.method = head->request.method_text;
  exchange.path = path_of(head->request.target);
  exchange.traceparent = http::valid_traceparent(head->request.headers.find("traceparent"));
  http::Response response = co_await answer(exchange, std::move(head->request), body);
  exchange.request_bytes = body.taken();
  if (body.connection_lost()) co_return false;
  context.keep_alive =
      head->keep_alive && body.at_end() && !draining_ && !ends_with_connection(response, context);
  const bool sent = co_await send(exchange, std::move(response), context);
  exchange.request_bytes = body.taken();  // a stream can read more of the body while it answers
  const bool keep_alive = sent && context.keep_alive && !draining_;
  if (sent && !keep_alive) co_await finish_sending();
  if (sent && !body.at_end()) co_await discard_input();
  co_return keep_alive;
}

asio::awaitable<http::Response> Connection::answer(http::Exchange& exchange, http::Request request,
                                                   BodyStream& body) {
  try {
    http::Response response = co_await handler_.handle(exchange, std::move(request), body);
    if (!body.framing_error()) co_return response;
  } catch (const std::exception& error) {
    if (aborted_) throw;
    spdlog::error("request {}.{} failed: {}", number_, requests_, error.what());
    exchange.refused_by = "operation";
    co_return handler_.refuse(exchange,
                              Error{ErrorCode::internal, "An internal error occurred.", {}, {}});
  }
  exchange.refused_by = "connection";
  co_return handler_.refuse(exchange, *body.framing_error());
}

/// Whether the whole response was handed to the kernel.
asio::awaitable<bool> Connection::send(http::Exchange& exchange, http::Response response,
                                       ResponseContext context) {
  exchange.status = response.status;
  const error_code error =
      co_await writer_.write(std::move(response), context, exchange.response_bytes);
  exchange.delivered = !error;
  exchange.duration = std::chrono::steady_clock::now() - exchange.started;
  if (error) spdlog::debug("request {}.{} not answered: {}", number_, requests_, error.message());
  co_return !error;
}

/// The answer to bytes that never became a request.
asio::awaitable<void> Connection::refuse(Error error) {
  http::Exchange exchange = new_exchange();
  co_await refuse(exchange, std::move(error));
  end(exchange);
}

asio::awaitable<void> Connection::refuse(http::Exchange& exchange, Error error) {
  exchange.refused_by = "connection";
  http::Response response = handler_.refuse(exchange, error);
  const bool sent = co_await send(exchange, std::move(response), ResponseContext());
  if (!sent) co_return;
  co_await finish_sending();
  co_await discard_input();
}

http::Exchange Connection::new_exchange() const {
  http::Exchange exchange;
  exchange.connection = number_;
  exchange.number = requests_;
  exchange.scheme = transport_->scheme();
  exchange.correlation_id = random_uuid();
  exchange.started = std::chrono::steady_clock::now();
  return exchange;
}

void Connection::end(http::Exchange& exchange) const {
  if (exchange.duration.count() == 0) {
    exchange.duration = std::chrono::steady_clock::now() - exchange.started;
  }
  for (http::ExchangeObserver* const observer : observers_) observer->exchange_ended(exchange);
}

void Connection::warn_of_wrong_port(std::string_view what) const {
  spdlog::warn("connection {} from {}: {}", number_, transport_->peer(), what);
}

asio::awaitable<void> Connection::finish_sending() {
  transport_->expires_after(kMaxFarewell);
  co_await transport_->finish_sending();
}

/// Closing a socket with unread input resets it, and a reset can overtake the answer that was just
/// sent. So, after the sending side was shut down, a little of what the client still sends is
/// read.
asio::awaitable<void> Connection::discard_input() {
  std::size_t discarded = 0;
  while (discarded < kMaxDiscarded) {
    buffer_.clear();
    const auto space = buffer_.prepare(buffer_.max_size());
    const auto [error, count] = co_await transport_->discard_some(space);
    if (error) break;
    discarded += count;
  }
}

std::string_view Connection::buffered() const {
  const auto data = buffer_.cdata();
  return {static_cast<const char*>(data.data()), data.size()};
}

}  // namespace dynsessions::net
