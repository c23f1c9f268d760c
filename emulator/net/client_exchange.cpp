#include "emulator/net/client_exchange.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <stdexcept>
#include <utility>
#include <vector>

#include <fcntl.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/http/error.hpp>

#include "emulator/http/text.h"
#include "emulator/net/as_result.h"
#include "emulator/net/idle_connections.h"

namespace dynsessions::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t kPiece = std::size_t{64} * 1024;
constexpr std::string_view kFinalChunk = "0\r\n\r\n";

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

bool is_idempotent(std::string_view method) {
  static constexpr std::array<std::string_view, 6> kMethods{"GET", "HEAD",   "OPTIONS",
                                                            "PUT", "DELETE", "TRACE"};
  return std::find(kMethods.begin(), kMethods.end(), method) != kMethods.end();
}

bool expects_length(std::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

void append_request_field(std::string& head, std::string_view name, std::string_view value) {
  const bool ours = http::iequals(name, "Content-Length") ||
                    http::iequals(name, "Transfer-Encoding") || http::iequals(name, "Connection");
  if (ours || name.empty() || http::has_control_character(name) ||
      http::has_control_character(value)) {
    throw std::invalid_argument("a request cannot have the field " + std::string(name));
  }
  head.append(name).append(": ").append(value).append("\r\n");
}

std::string chunk_start(std::size_t size) {
  std::array<char, 16> digits;
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16);
  return std::string(digits.data(), written.ptr) + "\r\n";
}

/// A look-up that goes on when nobody waits for it any more: getaddrinfo() cannot be stopped.
struct LookUp {
  explicit LookUp(const asio::any_io_executor& executor) : resolver(executor) {}

  tcp::resolver resolver;
  bool ended = false;
  error_code error;
  std::vector<tcp::endpoint> endpoints;
};

/// Asio 1.81 opens its sockets without it, and a launched process must not inherit them.
void close_on_exec(int fd, error_code& error) {
  if (::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
    error.assign(errno, boost::system::system_category());
  }
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

/// The step that begins now may take this long; the step before it has ended.
void ClientExchange::limit_step(HttpTimeouts::Duration time) {
  step_timer_.expires_after(time);
  step_timer_.async_wait([weak = weak_from_this()](const error_code& error) {
    const auto self = weak.lock();
    if (self && !error) self->expire(self->step_timer_);
  });
}

/// The timer may have been set again after its handler was queued.
void ClientExchange::expire(asio::steady_timer& timer) {
  if (timer.expiry() > std::chrono::steady_clock::now() || done_) return;
  timed_out_ = true;
  close();
}

void ClientExchange::close() {
  error_code ignored;  // of a descriptor that is closed in any case
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
  if (timed_out_) return {step, HttpFailureKind::timed_out, where + "the time is up"};
  if (cancelled_) return {step, HttpFailureKind::cancelled, where + "cancelled"};
  return {step, HttpFailureKind::failed, where + reason};
}

// Connecting

void ClientExchange::use(std::unique_ptr<Transport> kept) { transport_ = std::move(kept); }

asio::awaitable<HttpResult<void>> ClientExchange::connect(TlsTrust* trust) {
  limit_step(request_.timeouts.connect);
  HttpResult<Endpoints> endpoints = co_await resolve();
  if (!endpoints) co_return endpoints.error();
  const HttpResult<void> connected = co_await connect_to(*std::move(endpoints));
  if (!connected) co_return connected.error();
  if (trust == nullptr) {
    transport_ = std::make_unique<Transport>(std::move(connecting_));
    co_return HttpResult<void>();
  }
  co_return co_await secure(*trust);
}

asio::awaitable<HttpResult<ClientExchange::Endpoints>> ClientExchange::resolve() {
  const std::string host = url_.host_name();
  error_code not_literal;
  const auto address = asio::ip::make_address(host, not_literal);
  if (!not_literal) {
    const auto port = static_cast<std::uint16_t>(std::stoul(url_.port));
    co_return Endpoints{tcp::endpoint(address, port)};
  }
  const auto look_up = std::make_shared<LookUp>(executor_);
  look_up->resolver.async_resolve(
      host, url_.port,
      [look_up, weak = weak_from_this()](const error_code& error,
                                         const tcp::resolver::results_type& found) {
        look_up->ended = true;
        look_up->error = error;
        for (const auto& entry : found) look_up->endpoints.push_back(entry.endpoint());
        if (const auto self = weak.lock()) self->changed_.notify();
      });
  const auto cancellation = co_await asio::this_coro::cancellation_state;
  while (!look_up->ended && !timed_out_ && !cancelled_) {
    co_await changed_.wait();
    cancelled_ = cancellation.cancelled() != asio::cancellation_type::none;
  }
  if (!look_up->ended || look_up->error) co_return failure(HttpStep::resolve, look_up->error);
  co_return std::move(look_up->endpoints);
}

/// Tries one address after the other.
asio::awaitable<HttpResult<void>> ClientExchange::connect_to(Endpoints endpoints) {
  error_code last = asio::error::host_not_found;
  const auto cancellation = co_await asio::this_coro::cancellation_state;
  for (const tcp::endpoint& endpoint : endpoints) {
    connecting_ = tcp::socket(executor_);
    connecting_.open(endpoint.protocol(), last);
    if (!last) close_on_exec(connecting_.native_handle(), last);
    if (last) continue;
    const auto [error] = co_await connecting_.async_connect(endpoint, kAsResult);
    last = error;
    cancelled_ = cancellation.cancelled() != asio::cancellation_type::none;
    if (timed_out_ || cancelled_) break;
    if (error) continue;
    error_code ignored;  // of a server that has left already; the first write reports it
    connecting_.set_option(tcp::no_delay(true), ignored);
    co_return HttpResult<void>();
  }
  co_return failure(HttpStep::connect, last);
}

asio::awaitable<HttpResult<void>> ClientExchange::secure(TlsTrust& trust) {
  auto tls = std::make_unique<TlsClientTransport>(std::move(connecting_), trust, url_.host_name());
  TlsClientTransport& transport = *tls;
  transport_ = std::move(tls);
  const auto cancellation = co_await asio::this_coro::cancellation_state;
  const std::optional<std::string> refused = co_await transport.handshake();
  cancelled_ = cancellation.cancelled() != asio::cancellation_type::none;
  if (timed_out_ || cancelled_ || refused) {
    co_return failure(HttpStep::tls, refused.value_or(std::string()));
  }
  co_return HttpResult<void>();
}

// Sending

/// Whether the body is sent together with the head.
bool ClientExchange::has_small_text() const {
  const auto* const text = std::get_if<std::string>(&request_.body);
  return text != nullptr && text->size() <= kPiece;
}

std::string ClientExchange::head_text() const {
  const std::string& method = request_.method;
  const std::string& target = request_.target;
  const bool is_line = !method.empty() && method.find(' ') == method.npos &&
                       target.starts_with('/') && target.find(' ') == target.npos;
  if (!is_line || http::has_control_character(method) || http::has_control_character(target)) {
    throw std::invalid_argument("a request cannot have this method or target");
  }
  std::string head = method + " " + url_.prefix + target + " HTTP/1.1\r\n";
  if (!request_.headers.find("Host")) append_request_field(head, "Host", url_.authority());
  for (const auto& [name, value] : request_.headers) append_request_field(head, name, value);
  const auto* const text = std::get_if<std::string>(&request_.body);
  if (text == nullptr) {
    const auto length = std::get<StreamedBody>(request_.body).length;
    head += length ? "Content-Length: " + std::to_string(*length) + "\r\n"
                   : std::string("Transfer-Encoding: chunked\r\n");
  } else if (!text->empty() || expects_length(method)) {
    head += "Content-Length: " + std::to_string(text->size()) + "\r\n";
  }
  return head;
}

asio::awaitable<HttpResult<void>> ClientExchange::run() {
  co_await send_head();
  HttpResult<void> received = co_await read_head();
  if (received) {
    if (status() >= 400) co_await stop_sending();
    finish_if_done();
    co_return received;
  }
  abandon();
  co_await stop_sending();
  // Of a server that closed before it had the request, the write knows more than the read.
  const bool closed = received.error().kind == HttpFailureKind::failed && !received_;
  if (write_failure_ && closed && !source_failure_) co_return *write_failure_;
  co_return received;
}

/// Sends what fits into one write and starts to send the rest. A failure is not the end: the server
/// may have answered before it closed.
asio::awaitable<void> ClientExchange::send_head() {
  std::string head = head_text();
  head += keep_alive_ ? "\r\n" : "Connection: close\r\n\r\n";
  std::string_view text;
  if (has_small_text()) text = std::get<std::string>(request_.body);
  const bool written = co_await send_piece(head, text, {});
  if (!written) co_return;
  if (has_small_text()) {
    sent_ = true;
  } else {
    start_sending_body();
  }
}

void ClientExchange::start_sending_body() {
  sending_ = true;
  auto ended = [self = shared_from_this()](std::exception_ptr thrown) {
    self->sending_ended(thrown);
    // The coroutine that ends here still uses the signal of this object.
    asio::post(self->executor_, [self] {});
  };
  asio::co_spawn(executor_, send_body(),
                 asio::bind_cancellation_slot(stop_sending_.slot(), std::move(ended)));
}

void ClientExchange::sending_ended(const std::exception_ptr& thrown) {
  sending_ = false;
  if (thrown) {
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& error) {
      source_failed(error.what());
    }
  }
  if (!parser_->is_header_done()) {
    limit_step(request_.timeouts.answer);
  } else if (reading_) {
    limit_step(request_.timeouts.idle);
  }
  changed_.notify();
}

/// The server cannot get the rest of the request, so it is not asked for its answer.
void ClientExchange::source_failed(const std::string& reason) {
  if (stopping_) return;
  source_failure_ = failure(HttpStep::send, reason);
  close();
}

asio::awaitable<void> ClientExchange::send_body() {
  if (const auto* const streamed = std::get_if<StreamedBody>(&request_.body)) {
    sent_ = co_await send_source(*streamed);
    co_return;
  }
  std::string_view rest = std::get<std::string>(request_.body);
  bool written = true;
  while (written && !rest.empty()) {
    const std::string_view piece = rest.substr(0, kPiece);
    written = co_await send_piece({}, piece, {});
    rest.remove_prefix(piece.size());
  }
  sent_ = written;
}

asio::awaitable<bool> ClientExchange::send_source(const StreamedBody& body) {
  std::vector<char> piece(kPiece);
  std::optional<std::uint64_t> left = body.length;
  while (left != 0U) {
    const std::size_t wanted = left ? std::min<std::uint64_t>(kPiece, *left) : kPiece;
    step_timer_.cancel();  // the source has its own deadlines
    const std::span<char> space(piece.data(), wanted);
    const Result<std::size_t> count = co_await body.source->read(space);
    if (!count || (*count == 0 && left)) {
      source_failed(count ? "the body is shorter than its length" : count.error().message);
      co_return false;
    }
    const std::string_view data(piece.data(), *count);
    if (left) *left -= *count;
    const std::string header = left || data.empty() ? std::string() : chunk_start(*count);
    const std::string_view tail = left ? "" : data.empty() ? kFinalChunk : "\r\n";
    const bool written = co_await send_piece(header, data, tail);
    if (!written) co_return false;
    if (data.empty()) break;
  }
  co_return true;
}

/// Returns whether it was written; write_failure_ has the reason if not.
asio::awaitable<bool> ClientExchange::send_piece(std::string_view before, std::string_view data,
                                                 std::string_view after) {
  const std::array<asio::const_buffer, 3> buffers{asio::buffer(before.data(), before.size()),
                                                  asio::buffer(data.data(), data.size()),
                                                  asio::buffer(after.data(), after.size())};
  limit_step(request_.timeouts.idle);
  const auto [error, count] = co_await transport_->write(buffers);
  step_timer_.cancel();
  if (!error) co_return true;
  write_failure_ = failure(HttpStep::send, error);
  co_return false;
}

void ClientExchange::cancel_sending() {
  if (!sending_) return;
  stopping_ = true;
  stop_sending_.emit(asio::cancellation_type::terminal);
}

void ClientExchange::abandon() {
  cancel_sending();
  if (!done_) close();
}

asio::awaitable<void> ClientExchange::stop_sending() {
  cancel_sending();
  while (sending_) co_await changed_.wait();
}

bool ClientExchange::may_repeat() const {
  return !received_ && !timed_out_ && !cancelled_ && is_idempotent(request_.method) &&
         std::holds_alternative<std::string>(request_.body);
}

// Receiving

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

/// Hands the connection over, or closes it, when nothing more is to come on it.
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
