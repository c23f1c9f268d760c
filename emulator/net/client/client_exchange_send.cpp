#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>
#include <vector>

#include <boost/asio/post.hpp>

#include "emulator/base/spawn.h"
#include "emulator/http/text.h"
#include "emulator/net/client/client_exchange.h"

namespace dynsessions::net {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kFinalChunk = "0\r\n\r\n";

bool is_idempotent(std::string_view method) {
  static constexpr std::array<std::string_view, 6> kMethods{"GET", "HEAD",   "OPTIONS",
                                                            "PUT", "DELETE", "TRACE"};
  return std::find(kMethods.begin(), kMethods.end(), method) != kMethods.end();
}

bool expects_length(std::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

void append_request_field(std::string& head, std::string_view name, std::string_view value) {
  const bool is_framing = http::iequals(name, "Content-Length") ||
                          http::iequals(name, "Transfer-Encoding") ||
                          http::iequals(name, "Connection");
  if (is_framing || name.empty() || http::has_control_character(name) ||
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

}  // namespace

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
  // If the server closed before it had the request, the error of the write is more precise than
  // that of the read.
  const bool closed = received.error().kind == HttpFailureKind::failed && !received_;
  if (write_failure_ && closed && !source_failure_) co_return *write_failure_;
  co_return received;
}

/// Sends what fits into one write and starts to send the rest. A failure is not the end, because
/// the server can have answered before it closed.
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
    // The coroutine that ends here still uses the cancellation signal of this object.
    asio::post(self->executor_, [self] {});
  };
  spawn(executor_, send_body(), std::move(ended), stop_sending_.slot());
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

/// The server cannot get the rest of the request, so its answer is not read.
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

/// Returns whether the piece was written; if not, write_failure_ has the reason.
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

}  // namespace dynsessions::net
