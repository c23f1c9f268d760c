#include "emulator/http/exchange.h"

#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/support/catch.h"
#include "tests/unit/net/raw_client.h"
#include "tests/unit/net/test_server.h"
#include "tests/unit/net/tls_client.h"

namespace dynsessions::net {
namespace {

namespace asio = boost::asio;

/// Keeps the reported exchanges; the test waits for them on its thread.
class KeptExchanges final : public http::ExchangeObserver {
 public:
  void exchange_ended(const http::Exchange& exchange) noexcept override {
    const std::lock_guard lock(mutex_);
    exchanges_.push_back(exchange);
    changed_.notify_all();
  }
  http::Exchange wait_for(std::size_t number) {
    std::unique_lock lock(mutex_);
    const bool came = changed_.wait_for(lock, std::chrono::seconds(60),
                                        [&] { return exchanges_.size() >= number; });
    if (!came) throw std::runtime_error("the exchange was not noted");
    return exchanges_.at(number - 1);
  }
  [[nodiscard]] std::size_t count() {
    const std::lock_guard lock(mutex_);
    return exchanges_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<http::Exchange> exchanges_;
};

TEST_CASE("an exchange has what its connection knows", "[net][exchange]") {
  KeptExchanges kept;
  const bool encrypted = GENERATE(false, true);
  TlsContext context = throw_away_context();
  TestServer server(echo, {}, encrypted ? &context : nullptr, {&kept});
  const auto client = encrypted ? std::make_unique<TlsClient>(server.port())
                                : std::make_unique<RawClient>(server.port());
  client->send(
      "POST /a%20b//c%2Fd?code=secret HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n12345");
  CHECK(client->read_reply().body == "POST 12345");
  const http::Exchange first = kept.wait_for(1);
  CHECK(first.connection == 1);
  CHECK(first.number == 1);
  CHECK(first.scheme == (encrypted ? "https" : "http"));
  CHECK(first.correlation_id.size() == 36);
  CHECK(first.method == "POST");
  CHECK(first.path == "/a b/c/d");
  CHECK(first.status == 200);
  CHECK(first.delivered);
  CHECK(first.request_bytes == 5);
  CHECK(first.response_bytes == 10);
  CHECK(first.duration.count() > 0);

  client->send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(client->read_reply().status == 200);
  const http::Exchange second = kept.wait_for(2);
  CHECK(second.number == 2);
  CHECK(second.path == "/");
  CHECK(second.correlation_id != first.correlation_id);
}

TEST_CASE("a chunked body counts without its framing", "[net][exchange]") {
  KeptExchanges kept;
  TestServer server(echo, {}, nullptr, {&kept});
  RawClient client(server.port());
  client.send(
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
      "chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  CHECK(client.read_reply().status == 200);
  CHECK(kept.wait_for(1).request_bytes == 5);
}

TEST_CASE("the bytes of a large file are counted", "[net][exchange]") {
  constexpr std::size_t kSize = std::size_t{3} << 20;
  KeptExchanges kept;
  TestServer server(
      [](http::Request, http::BodyReader&) -> asio::awaitable<http::Response> {
        UniqueFd file(::memfd_create("file", MFD_CLOEXEC));
        if (::ftruncate(file.get(), kSize) != 0) throw std::runtime_error("no test file");
        http::Response response;
        response.body = http::FileBody{std::move(file), kSize};
        co_return response;
      },
      {}, nullptr, {&kept});
  RawClient client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(client.read_reply().body.size() == kSize);
  CHECK(kept.wait_for(1).response_bytes == kSize);
}

TEST_CASE("bytes that never become a request are an exchange without a method", "[net][exchange]") {
  const auto bytes = GENERATE(values<std::string>({
      "nonsense\r\n\r\n",
      "GET /%0a HTTP/1.1\r\nHost: x\r\n\r\n",
      "\x16\x03\x01",
  }));
  KeptExchanges kept;
  TestServer server(echo, {}, nullptr, {&kept});
  RawClient client(server.port());
  client.send(bytes);
  CHECK(client.read_reply().status == 400);
  const http::Exchange exchange = kept.wait_for(1);
  CHECK(exchange.method.empty());
  CHECK(exchange.status == 400);
  CHECK(exchange.refused_by == "connection");
  REQUIRE(exchange.refusal);
  CHECK(exchange.refusal->code == ErrorCode::invalid_request);
}

TEST_CASE("a client that leaves in its request has an exchange without a status",
          "[net][exchange]") {
  KeptExchanges kept;
  TestServer server(echo, {}, nullptr, {&kept});
  RawClient client(server.port());
  client.send("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n12");
  client.close();
  const http::Exchange exchange = kept.wait_for(1);
  CHECK(exchange.status == 0);
  CHECK_FALSE(exchange.delivered);
  CHECK(exchange.path == "/x");
}

TEST_CASE("a connection without a request is no exchange", "[net][exchange]") {
  KeptExchanges kept;
  TestServer server(echo, {}, nullptr, {&kept});
  { const RawClient leaving(server.port()); }
  RawClient client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(client.read_reply().status == 200);
  CHECK(kept.wait_for(1).number == 1);
  CHECK(kept.count() == 1);
}

TEST_CASE("a handler that throws leaves an exchange", "[net][exchange]") {
  KeptExchanges kept;
  TestServer server(
      [](http::Request, http::BodyReader&) -> asio::awaitable<http::Response> {
        throw std::runtime_error("a bug");
        co_return http::Response();
      },
      {}, nullptr, {&kept});
  RawClient client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(client.read_reply().status == 500);
  const http::Exchange exchange = kept.wait_for(1);
  REQUIRE(exchange.refusal);
  CHECK(exchange.refusal->code == ErrorCode::internal);
}

}  // namespace
}  // namespace dynsessions::net
