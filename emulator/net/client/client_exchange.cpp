#include "emulator/net/client/client_exchange.h"

#include <algorithm>
#include <utility>

#include <boost/asio/ssl/error.hpp>
#include <boost/beast/http/error.hpp>

#include "emulator/net/client/idle_connections.h"

namespace dynsessions::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;

/// The beginning of the message of a failure.
constexpr const char* step_text(HttpStep step) {
  switch (step) {
    case HttpStep::resolve:
      return "cannot find the address of ";
    case HttpStep::connect:
      return "cannot connect to ";
    case HttpStep::tls:
      return "no TLS with ";
    case HttpStep::send:
      return "cannot send to ";
    case HttpStep::wait:
      return "no answer from ";
    case HttpStep::read:
      return "the answer broke off from ";
  }
  return "";
}

}  // namespace

ClientExchange::ClientExchange(asio::any_io_executor executor, HttpUrl url, HttpRequest request,
                               std::size_t head_bytes)
    : executor_(executor),
      url_(std::move(url)),
      request_(std::move(request)),
      head_bytes_(head_bytes),
      step_timer_(executor),
      total_timer_(executor),
      changed_(executor),
      connecting_(executor),
      buffer_(std::max(head_bytes, kPiece)) {
  new_parser();
}

void ClientExchange::start() {
  if (!request_.timeouts.total) return;
  total_timer_.expires_after(*request_.timeouts.total);
  total_timer_.async_wait([weak = weak_from_this()](const error_code& error) {
    const auto self = weak.lock();
    if (self && !error) self->expire(self->total_timer_);
  });
}

/// Limits the step that begins now; the step before it has ended.
void ClientExchange::limit_step(HttpTimeouts::Duration time) {
  step_timer_.expires_after(time);
  step_timer_.async_wait([weak = weak_from_this()](const error_code& error) {
    const auto self = weak.lock();
    if (self && !error) self->expire(self->step_timer_);
  });
}

/// The timer can have been set again after its handler was queued.
void ClientExchange::expire(asio::steady_timer& timer) {
  if (timer.expiry() > std::chrono::steady_clock::now() || done_) return;
  timed_out_ = true;
  close();
}

void ClientExchange::close() {
  error_code ignored;  // the descriptor is closed in any case
  connecting_.close(ignored);
  if (transport_) transport_->close();
  changed_.notify();
}

HttpFailure ClientExchange::failure(HttpStep step, const error_code& error) const {
  return failure(step, error == asio::error::eof || error == asio::ssl::error::stream_truncated
                           ? "the server closed the connection"
                           : error.message());
}

HttpFailure ClientExchange::failure(HttpStep step, const std::string& reason) const {
  const std::string where = step_text(step) + url_.origin() + ": ";
  if (source_failure_) return *source_failure_;
  if (timed_out_) return {step, HttpFailureKind::timed_out, where + "it timed out"};
  if (cancelled_) return {step, HttpFailureKind::cancelled, where + "cancelled"};
  return {step, HttpFailureKind::failed, where + reason};
}

void ClientExchange::new_parser() {
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(head_bytes_));
  parser_->body_limit(boost::none);
  // A response to HEAD ends with its head, whatever length it announces.
  parser_->skip(request_.method == "HEAD");
}

asio::awaitable<HttpResult<void>> ClientExchange::read_head() {
  if (!sending_) limit_step(request_.timeouts.answer);
  while (!parser_->is_header_done()) {
    if (buffer_.size() > 0) {
      error_code error;
      buffer_.consume(parser_->put(buffer_.data(), error));
      if (error && error != beast::http::error::need_more) {
        co_return failure(HttpStep::wait, "this is not HTTP/1.1: " + error.message());
      }
      const bool is_interim = parser_->is_header_done() && status() < 200 && status() != 101;
      if (is_interim) new_parser();
      if (!error) continue;
    }
    const HttpResult<void> filled = co_await fill();
    if (!filled) co_return filled.error();
  }
  if (!sending_) step_timer_.cancel();
  const auto coding = parser_->get().find(beast::http::field::transfer_encoding);
  if (coding != parser_->get().end() && !parser_->chunked()) {
    co_return failure(HttpStep::wait, "its transfer encoding is not known");
  }
  co_return HttpResult<void>();
}

http::Headers ClientExchange::headers() const {
  http::Headers headers;
  for (const auto& field : parser_->get()) {
    headers.add(std::string(field.name_string()), std::string(field.value()));
  }
  return headers;
}

std::optional<std::uint64_t> ClientExchange::length() const {
  const auto length = parser_->content_length();
  return length ? std::optional<std::uint64_t>(*length) : std::nullopt;
}

asio::awaitable<HttpResult<std::size_t>> ClientExchange::read(std::span<char> into) {
  while (!done_ && !parser_->is_done()) {
    const HttpResult<std::size_t> decoded = decode(into);
    if (!decoded) abandon();
    if (!decoded || *decoded > 0) co_return decoded;
    if (parser_->is_done()) break;
    if (!sending_) limit_step(request_.timeouts.idle);
    const HttpResult<void> filled = co_await fill();
    if (!sending_) step_timer_.cancel();
    if (!filled) {
      abandon();
      co_return filled.error();
    }
  }
  finish_if_done();
  co_return std::size_t{0};
}

/// Reads more from the connection; its end is a failure unless it ends the body.
asio::awaitable<HttpResult<void>> ClientExchange::fill() {
  const HttpStep step = parser_->is_header_done() ? HttpStep::read : HttpStep::wait;
  const std::size_t capacity = buffer_.max_size() - buffer_.size();
  if (capacity == 0) co_return failure(step, "a head, a chunk header or the trailers are too long");
  const auto cancellation = co_await asio::this_coro::cancellation_state;
  cancelled_ = cancellation.cancelled() != asio::cancellation_type::none;
  if (cancelled_ || timed_out_) co_return failure(step, std::string());
  const auto space = buffer_.prepare(std::min(capacity, kPiece));
  reading_ = true;
  const auto [error, count] = co_await transport_->read_some(space);
  reading_ = false;
  cancelled_ = cancellation.cancelled() != asio::cancellation_type::none;
  buffer_.commit(count);
  if (count > 0) received_ = true;
  if (!error && !timed_out_ && !cancelled_) co_return HttpResult<void>();
  const bool ended = error == asio::error::eof && !timed_out_ && !cancelled_;
  if (ended && parser_->is_header_done() && parser_->need_eof()) co_return end_of_input();
  co_return failure(step, error);
}

/// The end of the connection is the end of a body without a length.
HttpResult<void> ClientExchange::end_of_input() {
  error_code error;
  parser_->put_eof(error);
  if (error) return failure(HttpStep::read, error);
  return {};
}

/// Moves the part of the body that is in the buffer; returns 0 if there is none yet.
HttpResult<std::size_t> ClientExchange::decode(std::span<char> into) {
  auto& body = parser_->get().body();
  body.data = into.data();
  body.size = into.size();
  body.more = true;
  while (!parser_->is_done() && body.size == into.size() && buffer_.size() > 0) {
    error_code error;
    const std::size_t used = parser_->put(buffer_.data(), error);
    buffer_.consume(used);
    if (error == beast::http::error::need_more || error == beast::http::error::need_buffer) break;
    if (error) return failure(HttpStep::read, error);
    if (used == 0) break;
  }
  const std::size_t count = into.size() - body.size;
  if (parser_->is_done() && count > 0) finish_if_done();
  return count;
}

void ClientExchange::keep_with(std::weak_ptr<IdleConnections> idle) {
  keep_alive_ = true;
  idle_ = std::move(idle);
}

/// Passes on the connection, or closes it, when no more bytes will come on it.
void ClientExchange::finish_if_done() {
  if (done_ || !parser_->is_done()) return;
  done_ = true;
  step_timer_.cancel();
  total_timer_.cancel();
  const bool reusable = sent_ && parser_->keep_alive() && buffer_.size() == 0 && status() != 101 &&
                        transport_->is_open();
  const std::shared_ptr<IdleConnections> idle = idle_.lock();
  if (reusable && idle) {
    idle->put(url_.origin(), std::move(transport_));
  } else {
    cancel_sending();
    close();
  }
}

}  // namespace dynsessions::net
