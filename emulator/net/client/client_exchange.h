#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "emulator/base/event.h"
#include "emulator/net/client/http_client.h"
#include "emulator/net/client/tls_client_transport.h"

namespace dynsessions::net {

/// One request of HttpClient and its response, on one connection. Owned by the sending coroutine,
/// then by the HttpBody; also by the coroutine that sends the body, as long as it runs.
///
/// If the body is streamed or large, sending and receiving run at the same time. One timer limits
/// the current step, another the whole exchange. When one of them expires, the connection is closed
/// and pending operations end.
class ClientExchange : public std::enable_shared_from_this<ClientExchange> {
 public:
  ClientExchange(boost::asio::any_io_executor executor, HttpUrl url, HttpRequest request,
                 std::size_t head_bytes);
  ClientExchange(const ClientExchange&) = delete;
  ClientExchange& operator=(const ClientExchange&) = delete;

  /// Starts the timer of the whole exchange. Call it once, first.
  void start();

  /// Uses a kept connection; connect() makes a new one. `trust` is null for plain HTTP.
  void use(std::unique_ptr<Transport> kept);
  boost::asio::awaitable<HttpResult<void>> connect(TlsTrust* trust);

  /// Asks the server to keep the connection alive. If the server agrees, the connection goes to
  /// `idle` when the response has ended.
  void keep_with(std::weak_ptr<IdleConnections> idle);

  /// Sends the request and reads the head of the response.
  boost::asio::awaitable<HttpResult<void>> run();

  [[nodiscard]] unsigned status() const { return parser_->get().result_int(); }
  [[nodiscard]] std::string reason() const { return std::string(parser_->get().reason()); }
  [[nodiscard]] http::Headers headers() const;
  [[nodiscard]] std::optional<std::uint64_t> length() const;

  boost::asio::awaitable<HttpResult<std::size_t>> read(std::span<char> into);

  /// Closes the connection and stops sending. stop_sending() also waits until sending has ended.
  void abandon();
  boost::asio::awaitable<void> stop_sending();

  /// Whether run() failed because the server had already closed the kept connection, so that the
  /// request can be sent again.
  [[nodiscard]] bool may_repeat() const;
  [[nodiscard]] HttpRequest take_request() { return std::move(request_); }

  [[nodiscard]] const HttpUrl& url() const { return url_; }

 private:
  /// Number of bytes in one read or write.
  static constexpr std::size_t kPiece = std::size_t{64} * 1024;

  using Parser = boost::beast::http::response_parser<boost::beast::http::buffer_body>;
  using Endpoints = std::vector<boost::asio::ip::tcp::endpoint>;

  boost::asio::awaitable<HttpResult<Endpoints>> resolve();
  boost::asio::awaitable<HttpResult<void>> connect_to(Endpoints endpoints);
  boost::asio::awaitable<HttpResult<void>> secure(TlsTrust& trust);

  boost::asio::awaitable<void> send_head();
  void start_sending_body();
  boost::asio::awaitable<void> send_body();
  boost::asio::awaitable<bool> send_source(const StreamedBody& body);
  boost::asio::awaitable<bool> send_piece(std::string_view before, std::string_view data,
                                          std::string_view after);
  void cancel_sending();
  void source_failed(const std::string& reason);
  void sending_ended(const std::exception_ptr& thrown);

  boost::asio::awaitable<HttpResult<void>> read_head();
  boost::asio::awaitable<HttpResult<void>> fill();
  HttpResult<std::size_t> decode(std::span<char> into);
  HttpResult<void> end_of_input();
  void new_parser();
  void finish_if_done();

  [[nodiscard]] bool has_small_text() const;
  [[nodiscard]] std::string head_text() const;
  void limit_step(HttpTimeouts::Duration time);
  void expire(boost::asio::steady_timer& timer);
  void close();
  HttpFailure failure(HttpStep step, const boost::system::error_code& error) const;
  HttpFailure failure(HttpStep step, const std::string& reason) const;

  const boost::asio::any_io_executor executor_;
  const HttpUrl url_;
  HttpRequest request_;
  const std::size_t head_bytes_;

  boost::asio::steady_timer step_timer_;
  boost::asio::steady_timer total_timer_;
  Event changed_;  ///< the look-up has ended, sending has ended, or the time is over
  bool timed_out_ = false;
  bool cancelled_ = false;

  boost::asio::ip::tcp::socket connecting_;
  std::unique_ptr<Transport> transport_;
  bool keep_alive_ = false;
  std::weak_ptr<IdleConnections> idle_;

  boost::asio::cancellation_signal stop_sending_;
  bool sending_ = false;   ///< send_body() runs
  bool stopping_ = false;  ///< sending stops because the rest of the request is not needed
  bool sent_ = false;      ///< the kernel has the whole request
  std::optional<HttpFailure> write_failure_;   ///< the server might have answered before
  std::optional<HttpFailure> source_failure_;  ///< the cause of every later failure

  boost::beast::flat_buffer buffer_;  ///< read from the connection, but not yet decoded
  std::optional<Parser> parser_;
  bool reading_ = false;   ///< the connection is being read
  bool received_ = false;  ///< at least one byte of the response has arrived
  bool done_ = false;      ///< the response was read to its end
};

}  // namespace dynsessions::net
