#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "emulator/base/result.h"
#include "emulator/http/message.h"
#include "emulator/net/client/http_url.h"

/// An HTTP/1.1 client. It sends one request per connection unless keep_alive is set, never follows
/// redirects, never decompresses, and never throws on a network failure.
///
/// Coroutines that use it run on its event loop's thread. They can be cancelled: the call then
/// returns HttpFailureKind::cancelled.
namespace dynsessions::net {

/// The step of a request that failed.
enum class HttpStep {
  resolve,  ///< finding the addresses of the host
  connect,
  tls,   ///< the handshake, or the certificate is not trusted
  send,  ///< writing the request, or reading the source of its body
  wait,  ///< waiting for the head of the response
  read,  ///< reading the body of the response
};

enum class HttpFailureKind {
  failed,  ///< an error of the network, of TLS or of the framing
  timed_out,
  cancelled,
  too_large,  ///< the body of the response is longer than the caller's limit
};

/// The reason why there is no response, or why its body ended early.
struct HttpFailure {
  HttpStep step{};
  HttpFailureKind kind{};
  /// Contains the step, the origin and the reason, but neither path nor headers.
  std::string message;
};

/// Called by Result::value() if the result holds a failure: reading a missing value is a bug of
/// this program.
[[noreturn]] void throw_exception_from_error(const HttpFailure& failure,
                                             const boost::source_location&);

template <typename T>
using HttpResult = Result<T, HttpFailure>;

/// Timeouts of a request, in real time.
struct HttpTimeouts {
  using Duration = std::chrono::steady_clock::duration;
  /// For name resolution, connection and TLS handshake together.
  Duration connect = std::chrono::seconds(10);
  /// For each write of the request and each read of the body of the response.
  Duration idle = std::chrono::seconds(30);
  /// From the last byte of the request to the head of the response.
  Duration answer = std::chrono::seconds(60);
  /// For the whole exchange, up to the last byte of the response. Absent: no limit.
  std::optional<Duration> total;
};

/// A request body that is read during sending. A source without a length is sent in chunks.
struct StreamedBody {
  /// Kept until sending has ended, at the latest until HttpBody::close() returns. A cancellation
  /// must end its pending read.
  std::shared_ptr<http::BodyReader> source;
  std::optional<std::uint64_t> length;
};

struct HttpRequest {
  std::string method = "GET";
  std::string target = "/";  ///< path and query below the prefix of the URL, encoded
  /// Sent unchanged. Host is added if it is absent. Content-Length, Transfer-Encoding and
  /// Connection are set by the client and must not be in this list.
  http::Headers headers;
  std::variant<std::string, StreamedBody> body;
  HttpTimeouts timeouts;
};

class ClientExchange;

/// The body of a response, read from the connection at the reader's pace: unread bytes wait in the
/// socket and stop the server. Destroying it before the end closes the connection.
class HttpBody final : public http::BodyReader {
 public:
  explicit HttpBody(std::shared_ptr<ClientExchange> exchange);
  ~HttpBody() override;

  /// Reads some bytes into `into`; returns 0 at the end. After an error, failure() has the details.
  boost::asio::awaitable<Result<std::size_t>> read(std::span<char> into) override;

  /// Reads the rest. If it is longer than `limit` bytes, closes the connection and returns
  /// `too_large`.
  boost::asio::awaitable<HttpResult<std::string>> read_all(std::size_t limit);

  /// Closes the connection unless the body was read to its end, and waits until the source of the
  /// request's body is no longer in use.
  boost::asio::awaitable<void> close();

  [[nodiscard]] const std::optional<HttpFailure>& failure() const { return failure_; }
  /// The length that the server announced, if any.
  [[nodiscard]] std::optional<std::uint64_t> length() const;

 private:
  std::shared_ptr<ClientExchange> exchange_;
  std::optional<HttpFailure> failure_;
};

/// The head of a response whose body has yet to be read.
struct HttpResponse {
  unsigned status = 0;
  std::string reason;
  http::Headers headers;
  std::unique_ptr<HttpBody> body;  ///< never null; already at its end for HEAD, 204 and 304
};

/// A response with its whole body.
struct HttpReply {
  unsigned status = 0;
  http::Headers headers;
  std::string body;
};

struct HttpClientOptions {
  /// PEM file with the trusted authorities; empty: those of the machine, or of SSL_CERT_FILE.
  std::string ca_file;
  /// Whether connections are kept for the next request to the same origin: at most eight, for at
  /// most thirty seconds.
  bool keep_alive = false;
  /// The maximum size of a response head.
  std::size_t head_bytes = std::size_t{64} * 1024;
};

class IdleConnections;
class TlsTrust;

/// Sends requests to any origin, several at a time. Event-loop thread only; can be destroyed while
/// responses are still being read.
class HttpClient {
 public:
  explicit HttpClient(boost::asio::any_io_executor executor, HttpClientOptions options = {});
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  ~HttpClient();

  /// Sends the request and returns when the head of the response has arrived. A response that
  /// arrives before the whole request was sent is returned at once; if its status is 400 or above,
  /// the rest of the request is not sent.
  ///
  /// A kept connection that the server closes before it answers is replaced by a new one if the
  /// method is idempotent and the body is text. Throws std::invalid_argument for a request with
  /// control characters or with a header field that the client sets.
  boost::asio::awaitable<HttpResult<HttpResponse>> send(HttpUrl url, HttpRequest request);

  /// Sends the request and reads the whole response, whose body can have at most `limit` bytes.
  boost::asio::awaitable<HttpResult<HttpReply>> fetch(HttpUrl url, HttpRequest request,
                                                      std::size_t limit);

 private:
  boost::asio::awaitable<HttpResult<HttpResponse>> send_to(HttpUrl url, HttpRequest request);
  HttpResult<TlsTrust*> trust();

  const boost::asio::any_io_executor executor_;
  const HttpClientOptions options_;
  std::unique_ptr<TlsTrust> trust_;  ///< created for the first https URL
  std::shared_ptr<IdleConnections> idle_;
};

/// Runs HttpClient::fetch() in a program without an event loop. Blocks until there is a reply or a
/// failure.
[[nodiscard]] HttpResult<HttpReply> fetch_blocking(const HttpUrl& url, HttpRequest request,
                                                   std::size_t limit,
                                                   HttpClientOptions options = {});

}  // namespace dynsessions::net
