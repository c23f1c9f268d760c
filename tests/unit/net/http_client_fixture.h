#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "emulator/base/event.h"
#include "emulator/net/client/http_client.h"
#include "tests/support/catch.h"
#include "tests/support/test_loop.h"

/// For the tests of HttpClient.
namespace dynsessions::net {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::seconds;

inline constexpr std::size_t kMegabyte = std::size_t{1} << 20;

inline HttpUrl url_of(std::uint16_t port, const std::string& host = "127.0.0.1", bool tls = false) {
  return HttpUrl{tls, host, std::to_string(port), ""};
}

inline HttpRequest request_of(std::string method, std::string body = {}) {
  HttpRequest request;
  request.method = std::move(method);
  request.body = std::move(body);
  return request;
}

/// Returns a text in pieces; can wait until it is cancelled instead of ending.
class PieceSource final : public http::BodyReader {
 public:
  explicit PieceSource(std::string text, std::size_t piece = 1000)
      : text_(std::move(text)), piece_(piece) {}

  asio::awaitable<Result<std::size_t>> read(std::span<char> into) override {
    if (text_.empty() && stalls) {
      Event never(co_await asio::this_coro::executor);
      co_await never.wait();
      was_cancelled = true;
      co_return invalid_request("cancelled");
    }
    if (text_.empty() && fails) co_return invalid_request("the disk is gone");
    const std::size_t count = std::min({into.size(), piece_, text_.size()});
    text_.copy(into.data(), count);
    text_.erase(0, count);
    co_return count;
  }

  bool stalls = false;
  bool fails = false;
  bool was_cancelled = false;

 private:
  std::string text_;
  const std::size_t piece_;
};

inline HttpRequest streamed(std::shared_ptr<PieceSource> source,
                            std::optional<std::uint64_t> length) {
  HttpRequest request;
  request.method = "POST";
  request.body = StreamedBody{std::move(source), length};
  return request;
}

/// An event loop with a client on it.
struct Client {
  explicit Client(HttpClientOptions options = {}) : client(loop.executor(), std::move(options)) {}

  HttpResult<HttpReply> fetch(const HttpUrl& url, HttpRequest request = {},
                              std::size_t limit = 64 * kMegabyte) {
    return loop.run(client.fetch(url, std::move(request), limit));
  }
  HttpResult<HttpResponse> send(const HttpUrl& url, HttpRequest request = {}) {
    return loop.run(client.send(url, std::move(request)));
  }

  test::TestLoop loop;
  HttpClient client;
};

inline void check_failure(const HttpResult<HttpReply>& reply, HttpStep step, HttpFailureKind kind,
                          const std::string& text) {
  REQUIRE(reply.has_error());
  CHECK(reply.error().step == step);
  CHECK(reply.error().kind == kind);
  CHECK_THAT(reply.error().message, Catch::Contains(text));
}

inline HttpClientOptions keeping() {
  HttpClientOptions options;
  options.keep_alive = true;
  return options;
}

}  // namespace dynsessions::net
