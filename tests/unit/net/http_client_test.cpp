#include "emulator/net/http_client.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <fstream>
#include <future>

#include <unistd.h>

#include "emulator/base/event.h"
#include "emulator/net/tls_transport.h"
#include "emulator/tls/identity.h"
#include "tests/support/catch.h"
#include "tests/support/test_loop.h"
#include "tests/unit/net/held_request.h"
#include "tests/unit/net/raw_client.h"
#include "tests/unit/net/scripted_server.h"
#include "tests/unit/net/test_server.h"

namespace dynsessions::net {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t kMegabyte = std::size_t{1} << 20;

HttpUrl url_of(std::uint16_t port, const std::string& host = "127.0.0.1", bool tls = false) {
  return HttpUrl{tls, host, std::to_string(port), ""};
}

HttpRequest request_of(std::string method, std::string body = {}) {
  HttpRequest request;
  request.method = std::move(method);
  request.body = std::move(body);
  return request;
}

/// Gives a text in pieces; optionally waits instead of ending, until it is cancelled.
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

HttpRequest streamed(std::shared_ptr<PieceSource> source, std::optional<std::uint64_t> length) {
  HttpRequest request;
  request.method = "POST";
  request.body = StreamedBody{std::move(source), length};
  return request;
}

/// A loop with a client on it.
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

void check_failure(const HttpResult<HttpReply>& reply, HttpStep step, HttpFailureKind kind,
                   const std::string& text) {
  REQUIRE(reply.has_error());
  CHECK(reply.error().step == step);
  CHECK(reply.error().kind == kind);
  CHECK_THAT(reply.error().message, Catch::Contains(text));
}

HttpClientOptions keeping() {
  HttpClientOptions options;
  options.keep_alive = true;
  return options;
}

TEST_CASE("a request arrives with its target, fields and body, and the reply comes back",
          "[net][client]") {
  std::string head;
  ScriptedServer server({[&](ScriptedConnection& connection) {
    head = connection.read_until("abc");
    connection.send(
        "HTTP/1.1 202 Accepted\r\nX-Kind: a\r\nX-Kind: b\r\nContent-Length: 2\r\n\r\nok");
  }});
  Client client;
  HttpUrl url = url_of(server.port());
  url.prefix = "/pool";
  HttpRequest request = request_of("POST", "abc");
  request.target = "/files?x=1";
  request.headers.add("Authorization", "Bearer t");
  const auto reply = client.fetch(url, std::move(request));
  REQUIRE(reply.has_value());
  CHECK(reply->status == 202);
  CHECK(reply->headers.count("x-kind") == 2);
  CHECK(reply->body == "ok");
  CHECK(head == "POST /pool/files?x=1 HTTP/1.1\r\nHost: 127.0.0.1:" + url.port +
                    "\r\nAuthorization: Bearer t\r\nContent-Length: 3\r\nConnection: close\r\n\r\n"
                    "abc");
}

TEST_CASE("request bodies of any size arrive, with a length and in chunks", "[net][client]") {
  TestServer server(echo);
  Client client;
  const std::size_t size = GENERATE(0U, 1U, 65536U, 65537U, 1048576U);
  const std::string body(size, 'b');
  DYNAMIC_SECTION("text of " << size) {
    const auto reply = client.fetch(url_of(server.port()), request_of("POST", body));
    REQUIRE(reply.has_value());
    CHECK(reply->body == "POST " + body);
  }
  DYNAMIC_SECTION("stream of " << size << " with its length") {
    const auto source = std::make_shared<PieceSource>(body, 10'000);
    const auto reply = client.fetch(url_of(server.port()), streamed(source, size));
    REQUIRE(reply.has_value());
    CHECK(reply->body == "POST " + body);
  }
  DYNAMIC_SECTION("stream of " << size << " in chunks") {
    const auto source = std::make_shared<PieceSource>(body, 10'000);
    const auto reply = client.fetch(url_of(server.port()), streamed(source, std::nullopt));
    REQUIRE(reply.has_value());
    CHECK(reply->body == "POST " + body);
  }
}

TEST_CASE("a response body ends as its head says", "[net][client]") {
  struct Row {
    std::string what, method, response, body;
  };
  const auto row = GENERATE(values<Row>({
      {"length", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef", "abc"},
      {"chunks with extension and trailer", "GET",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nab\r\n1\r\nc\r\n0\r\nT: "
       "u\r\n\r\n",
       "abc"},
      {"end of the connection", "GET", "HTTP/1.0 200 OK\r\n\r\nabc", "abc"},
      {"HEAD", "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", ""},
      {"204", "GET", "HTTP/1.1 204 No Content\r\n\r\n", ""},
      {"304", "GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n", ""},
      {"interim responses", "GET",
       "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 "
       "OK\r\nContent-Length: 3\r\n\r\nabc",
       "abc"},
      {"redirect, not followed", "GET",
       "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", ""},
  }));
  DYNAMIC_SECTION(row.what) {
    ScriptedServer server({[&](ScriptedConnection& connection) {
      connection.read_until("\r\n\r\n");
      connection.send(row.response);
    }});
    Client client;
    const auto reply = client.fetch(url_of(server.port()), request_of(row.method));
    REQUIRE(reply.has_value());
    CHECK(reply->body == row.body);
  }
}

TEST_CASE("a response that is cut off or is no HTTP is a failure with its step", "[net][client]") {
  struct Row {
    std::string what, response;
    HttpStep step;
    std::string text;
  };
  const auto row = GENERATE(values<Row>({
      {"nothing", "", HttpStep::wait, "no answer from http://127.0.0.1"},
      {"half a head", "HTTP/1.1 200 OK\r\nContent-", HttpStep::wait, "closed the connection"},
      {"another protocol", "SSH-2.0-x\r\n\r\n", HttpStep::wait, "this is not HTTP/1.1"},
      {"half a body", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", HttpStep::read,
       "the answer broke off"},
      {"half a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
       HttpStep::read, "the answer broke off"},
      {"a bad chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", HttpStep::read,
       "the answer broke off"},
      {"an unknown coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\nabc",
       HttpStep::wait, "transfer encoding"},
      {"an endless head", "HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x'), HttpStep::wait, ""},
  }));
  DYNAMIC_SECTION(row.what) {
    ScriptedServer server({[&](ScriptedConnection& connection) {
      connection.read_until("\r\n\r\n");
      connection.send(row.response);
    }});
    Client client;
    check_failure(client.fetch(url_of(server.port())), row.step, HttpFailureKind::failed, row.text);
  }
}

TEST_CASE("a body over the limit of the caller is too large", "[net][client]") {
  TestServer server([](http::Request, http::BodyReader&) -> asio::awaitable<http::Response> {
    co_return text_response(std::string(1000, 'x'));
  });
  Client client;
  CHECK(client.fetch(url_of(server.port()), {}, 1000)->body.size() == 1000);
  check_failure(client.fetch(url_of(server.port()), {}, 999), HttpStep::read,
                HttpFailureKind::too_large, "longer than 999 bytes");
}

TEST_CASE("a refused connection and a name without an address are told apart", "[net][client]") {
  Client client;
  std::uint16_t port = 0;
  static_cast<void>(listen_on_loopback(1, port));  // and closes it again
  check_failure(
      client.fetch(url_of(port)), HttpStep::connect, HttpFailureKind::failed,
      "cannot connect to http://127.0.0.1:" + std::to_string(port) + ": Connection refused");
  // An empty label: the resolver refuses it without asking a name server.
  check_failure(client.fetch(url_of(80, "no..name")), HttpStep::resolve, HttpFailureKind::failed,
                "cannot find the address of http://no..name:80: ");
}

TEST_CASE("a name is resolved, and its addresses are tried in order", "[net][client]") {
  TestServer server(echo);
  Client client;
  // Where localhost is ::1 as well, nothing listens there.
  CHECK(client.fetch(url_of(server.port(), "localhost"))->body == "GET ");
}

TEST_CASE("each step has its deadline", "[net][client]") {
  Client client;
  HttpRequest request = request_of("POST", "abc");
  SECTION("connecting") {
    std::uint16_t port = 0;
    const UniqueFd listener = listen_on_loopback(0, port);
    const RawClient first(port);  // fills the queue of the kernel
    request.timeouts.connect = milliseconds(50);
    check_failure(client.fetch(url_of(port), std::move(request)), HttpStep::connect,
                  HttpFailureKind::timed_out, "the time is up");
  }
  SECTION("waiting") {
    ScriptedServer server({[](ScriptedConnection& connection) { connection.wait_for_end(); }});
    request.timeouts.answer = milliseconds(50);
    check_failure(client.fetch(url_of(server.port()), std::move(request)), HttpStep::wait,
                  HttpFailureKind::timed_out, "the time is up");
  }
  SECTION("a head that drips") {
    ScriptedServer server({[](ScriptedConnection& connection) {
      connection.read_until("abc");
      for (const char c : std::string("HTTP/1.1 200 OK\r\nX: 1\r\nX: 2\r\n")) {
        connection.send(std::string(1, c));
        std::this_thread::sleep_for(milliseconds(10));
      }
      connection.wait_for_end();
    }});
    request.timeouts.answer = milliseconds(50);
    check_failure(client.fetch(url_of(server.port()), std::move(request)), HttpStep::wait,
                  HttpFailureKind::timed_out, "the time is up");
  }
  SECTION("reading") {
    ScriptedServer server({[](ScriptedConnection& connection) {
      connection.read_until("abc");
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
      connection.wait_for_end();
    }});
    request.timeouts.idle = milliseconds(50);
    check_failure(client.fetch(url_of(server.port()), std::move(request)), HttpStep::read,
                  HttpFailureKind::timed_out, "the time is up");
  }
  SECTION("sending to a server that does not read") {
    std::promise<void> ended;
    ScriptedServer server({[&](ScriptedConnection&) { ended.get_future().wait(); }});
    request.body = std::string(32 * kMegabyte, 'x');
    request.timeouts.idle = milliseconds(50);
    const auto reply = client.fetch(url_of(server.port()), std::move(request));
    ended.set_value();
    check_failure(reply, HttpStep::wait, HttpFailureKind::timed_out, "the time is up");
  }
  SECTION("everything together, with a source that gives nothing") {
    ScriptedServer server({[](ScriptedConnection& connection) { connection.wait_for_end(); }});
    const auto source = std::make_shared<PieceSource>("");
    source->stalls = true;
    HttpRequest stalled = streamed(source, 10);
    stalled.timeouts.total = milliseconds(50);
    check_failure(client.fetch(url_of(server.port()), std::move(stalled)), HttpStep::wait,
                  HttpFailureKind::timed_out, "the time is up");
    CHECK(source->was_cancelled);
  }
}

TEST_CASE("a source that fails or gives too little is a failure to send", "[net][client]") {
  ScriptedServer server({[](ScriptedConnection& connection) { connection.wait_for_end(); }});
  Client client;
  const auto source = std::make_shared<PieceSource>("abc");
  SECTION("fails") {
    source->fails = true;
    check_failure(client.fetch(url_of(server.port()), streamed(source, std::nullopt)),
                  HttpStep::send, HttpFailureKind::failed, "the disk is gone");
  }
  SECTION("ends early") {
    check_failure(client.fetch(url_of(server.port()), streamed(source, 4)), HttpStep::send,
                  HttpFailureKind::failed, "the body is shorter than its length");
  }
}

TEST_CASE("a refusal before the body was sent is received, and sending ends", "[net][client]") {
  ScriptedServer server({[](ScriptedConnection& connection) {
    connection.read_until("\r\n\r\n");
    connection.send("HTTP/1.1 413 Too Large\r\nContent-Length: 4\r\n\r\nmuch");
    connection.wait_for_end();
  }});
  Client client;
  const auto source = std::make_shared<PieceSource>("");
  source->stalls = true;
  const auto reply = client.fetch(url_of(server.port()), streamed(source, 300'000'000));
  REQUIRE(reply.has_value());
  CHECK(reply->status == 413);
  CHECK(reply->body == "much");
  CHECK(source->was_cancelled);
}

TEST_CASE("an answer is received from a server that closes without reading the body",
          "[net][client]") {
  ScriptedServer server({[](ScriptedConnection& connection) {
    connection.send("HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy");
  }});
  Client client;
  const auto reply =
      client.fetch(url_of(server.port()), request_of("POST", std::string(8 * kMegabyte, 'x')));
  REQUIRE(reply.has_value());
  CHECK(reply->status == 503);
}

TEST_CASE("request and response bodies stream at the same time", "[net][client]") {
  ScriptedServer server({[](ScriptedConnection& connection) {
    connection.read_until("\r\n\r\n");
    connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    std::string last;
    while (!last.ends_with("0\r\n\r\n")) {
      const std::string piece = connection.read_some();  // chunks go back as they came
      if (piece.empty()) return;
      connection.send(piece);
      last = (last + piece).substr(std::max<std::size_t>(last.size() + piece.size(), 5) - 5);
    }
  }});
  Client client;
  const std::string text(8 * kMegabyte, 'e');
  const auto source = std::make_shared<PieceSource>(text, 50'000);
  const auto reply = client.fetch(url_of(server.port()), streamed(source, std::nullopt));
  REQUIRE(reply.has_value());
  CHECK(reply->body == text);
}

TEST_CASE("unread bytes of a response stop the server", "[net][client]") {
  constexpr std::size_t kSize = 64 * kMegabyte;
  std::promise<std::size_t> taken;
  ScriptedServer server({[&](ScriptedConnection& connection) {
    connection.read_until("\r\n\r\n");
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kSize) + "\r\n\r\n");
    const std::size_t count = connection.send_until_full(kSize, 100);
    taken.set_value(count);
    connection.send_until_full(kSize - count, 10'000);
  }});
  Client client;
  auto response = client.send(url_of(server.port()));
  REQUIRE(response.has_value());
  CHECK(response->body->length() == kSize);
  CHECK(taken.get_future().get() < kSize / 2);
  const auto body = client.loop.run(response->body->read_all(kSize));
  REQUIRE(body.has_value());
  CHECK(body->size() == kSize);
}

TEST_CASE("a body that is dropped closes its connection", "[net][client]") {
  std::promise<void> ended;
  ScriptedServer server({[&](ScriptedConnection& connection) {
    connection.read_until("\r\n\r\n");
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
    connection.wait_for_end();
    ended.set_value();
  }});
  Client client(keeping());
  auto response = client.send(url_of(server.port()));
  REQUIRE(response.has_value());
  response->body.reset();
  CHECK(ended.get_future().wait_for(seconds(10)) == std::future_status::ready);
  CHECK(client.client.kept_connections() == 0);
}

TEST_CASE("a kept connection carries the next request", "[net][client]") {
  int connections = 0;
  const auto answer_all = [&](ScriptedConnection& connection) {
    ++connections;
    for (;;) {
      connection.read_until("\r\n\r\n");
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
    }
  };
  ScriptedServer server({answer_all, answer_all});
  SECTION("where the client keeps connections") {
    Client client(keeping());
    for (int i = 0; i < 3; ++i) CHECK(client.fetch(url_of(server.port()))->body == "x");
    CHECK(client.client.kept_connections() == 1);
    CHECK(connections == 1);
  }
  SECTION("not by default") {
    Client client;
    CHECK(client.fetch(url_of(server.port()))->body == "x");
    CHECK(client.client.kept_connections() == 0);
    CHECK(client.fetch(url_of(server.port()))->body == "x");
    CHECK(connections == 2);
  }
}

TEST_CASE("a server that closed the kept connection gets the request on a new one",
          "[net][client]") {
  const auto answer_once = [](ScriptedConnection& connection) {
    connection.read_until("\r\n\r\n");
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
  };
  const auto drop_the_second = [&](ScriptedConnection& connection) {
    answer_once(connection);
    connection.read_until("\r\n\r\n");  // and closes
  };
  Client client(keeping());
  SECTION("before the request") {
    std::promise<void> closed;
    ScriptedServer server({answer_once, [&](ScriptedConnection& connection) {
                             closed.set_value();
                             answer_once(connection);
                           }});
    CHECK(client.fetch(url_of(server.port()))->body == "x");
    const RawClient wakes(server.port());  // the second script starts after the first has closed
    closed.get_future().wait();
    CHECK(client.client.kept_connections() == 1);
  }
  SECTION("while the request was on its way") {
    ScriptedServer server({drop_the_second, answer_once});
    CHECK(client.fetch(url_of(server.port()))->body == "x");
    CHECK(client.fetch(url_of(server.port()))->body == "x");
  }
  SECTION("but not a request that must not be sent twice") {
    ScriptedServer server({drop_the_second, answer_once});
    CHECK(client.fetch(url_of(server.port()))->body == "x");
    check_failure(client.fetch(url_of(server.port()), request_of("POST")), HttpStep::wait,
                  HttpFailureKind::failed, "closed the connection");
  }
}

TEST_CASE("a cancelled request ends with the step that it was in", "[net][client]") {
  Client client;
  SECTION("waiting") {
    HeldRequest held;
    TestServer server(held.handler());
    auto task = client.loop.start(client.client.fetch(url_of(server.port()), request_of("PUT"), 9));
    std::thread waiter([&] { held.wait_until_started(); });
    client.loop.run_until([&, started = false]() mutable {
      if (!started) waiter.join();
      return started = true;
    });
    task.cancel();
    check_failure(client.loop.finish(task), HttpStep::wait, HttpFailureKind::cancelled,
                  "cancelled");
  }
  SECTION("connecting") {
    std::uint16_t port = 0;
    const UniqueFd listener = listen_on_loopback(0, port);
    const RawClient first(port);
    auto task = client.loop.start(client.client.fetch(url_of(port), {}, 9));
    task.cancel();
    check_failure(client.loop.finish(task), HttpStep::connect, HttpFailureKind::cancelled,
                  "cancelled");
  }
  SECTION("reading, with a source that still gives") {
    ScriptedServer server({[](ScriptedConnection& connection) {
      connection.read_until("\r\n\r\n");
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
      connection.wait_for_end();
    }});
    const auto source = std::make_shared<PieceSource>("");
    source->stalls = true;
    auto response = client.send(url_of(server.port()), streamed(source, 10));
    REQUIRE(response.has_value());
    auto task = client.loop.start(response->body->read_all(9));
    client.loop.settle();
    task.cancel();
    const auto body = client.loop.finish(task);
    REQUIRE(body.has_error());
    CHECK(body.error().kind == HttpFailureKind::cancelled);
    client.loop.run(response->body->close());
    CHECK(source->was_cancelled);
  }
}

TEST_CASE("a request that would break its framing is not sent", "[net][client]") {
  TestServer server(echo);
  Client client;
  HttpRequest request;
  const auto field = GENERATE(table<std::string, std::string>({{"X", "a\r\nY: b"},
                                                               {"X\n", "a"},
                                                               {"content-length", "3"},
                                                               {"Transfer-Encoding", "chunked"},
                                                               {"Connection", "upgrade"}}));
  request.headers.add(std::get<0>(field), std::get<1>(field));
  CHECK_THROWS_AS(client.fetch(url_of(server.port()), request), std::invalid_argument);
  HttpRequest target;
  target.target = "/a b";
  CHECK_THROWS_AS(client.fetch(url_of(server.port()), target), std::invalid_argument);
}

TEST_CASE("without an event loop a request blocks", "[net][client]") {
  TestServer server(echo);
  CHECK(fetch_blocking(url_of(server.port()), request_of("PUT", "x"), 100)->body == "PUT x");
}

/// A server over TLS whose authority is in a file.
class TlsServer {
 public:
  explicit TlsServer(const std::string& name)
      : file_("/tmp/http-client-test-" + std::to_string(::getpid()) + ".pem") {
    const auto now = std::chrono::floor<seconds>(std::chrono::system_clock::now());
    const auto authority = tls::Identity::make_authority({name}, now);
    const auto server = authority.issue(*tls::parse_names(name), now);
    std::ofstream(file_) << authority.certificate_pem();
    context_ = std::make_unique<TlsContext>(server.certificate_pem(), server.key_pem());
    server_ = std::make_unique<TestServer>(echo, ServerLimits(), context_.get());
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;
  ~TlsServer() { std::remove(file_.c_str()); }

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  [[nodiscard]] HttpClientOptions trusting() const {
    HttpClientOptions options;
    options.ca_file = file_;
    options.keep_alive = true;
    return options;
  }

 private:
  const std::string file_;
  std::unique_ptr<TlsContext> context_;
  std::unique_ptr<TestServer> server_;
};

TEST_CASE("over TLS a trusted server answers, also by its address", "[net][client][tls]") {
  const std::string name = GENERATE("localhost", "127.0.0.1");
  DYNAMIC_SECTION(name) {
    TlsServer server(name);
    Client client(server.trusting());
    const HttpUrl url = url_of(server.port(), name, true);
    const std::string body(kMegabyte, 't');
    for (int i = 0; i < 2; ++i) {
      const auto reply = client.fetch(url, request_of("POST", body));
      REQUIRE(reply.has_value());
      CHECK(reply->body == "POST " + body);
    }
    CHECK(client.client.kept_connections() == 1);
    const auto source = std::make_shared<PieceSource>(body, 9000);
    CHECK(client.fetch(url, streamed(source, std::nullopt))->body == "POST " + body);
  }
}

TEST_CASE("a certificate that is not trusted is named as the reason", "[net][client][tls]") {
  TlsServer server("localhost");
  SECTION("an unknown authority") {
    Client client;
    check_failure(client.fetch(url_of(server.port(), "localhost", true)), HttpStep::tls,
                  HttpFailureKind::failed, "the certificate is not trusted: ");
  }
  SECTION("another name") {
    Client client(server.trusting());
    check_failure(client.fetch(url_of(server.port(), "127.0.0.1", true)), HttpStep::tls,
                  HttpFailureKind::failed, "IP address mismatch");
  }
  SECTION("a file without certificates") {
    HttpClientOptions options;
    options.ca_file = "/dev/null";
    Client client(options);
    check_failure(client.fetch(url_of(server.port(), "localhost", true)), HttpStep::tls,
                  HttpFailureKind::failed, "cannot read the trusted authorities of /dev/null");
  }
}

TEST_CASE("a server without TLS is a failure of TLS", "[net][client][tls]") {
  TestServer server(echo);
  Client client;
  check_failure(client.fetch(url_of(server.port(), "localhost", true)), HttpStep::tls,
                HttpFailureKind::failed, "no TLS with https://localhost");
}

TEST_CASE("a TLS handshake that does not end is cut by the deadline", "[net][client][tls]") {
  ScriptedServer server({[](ScriptedConnection& connection) { connection.wait_for_end(); }});
  Client client;
  HttpRequest request;
  request.timeouts.connect = milliseconds(50);
  check_failure(client.fetch(url_of(server.port(), "127.0.0.1", true), std::move(request)),
                HttpStep::tls, HttpFailureKind::timed_out, "the time is up");
}

TEST_CASE("over TLS a cancelled request ends", "[net][client][tls]") {
  ScriptedServer server({[](ScriptedConnection& connection) { connection.wait_for_end(); }});
  Client client;
  auto task =
      client.loop.start(client.client.fetch(url_of(server.port(), "127.0.0.1", true), {}, 9));
  task.cancel();
  const auto reply = client.loop.finish(task);
  REQUIRE(reply.has_error());
  CHECK(reply.error().kind == HttpFailureKind::cancelled);
}

TEST_CASE("a URL is scheme, host, port and path", "[net][client]") {
  const auto url = HttpUrl::parse("https://r.dynamicsessions.io/subscriptions/s/");
  REQUIRE(url.has_value());
  CHECK(url->tls);
  CHECK(url->port == "443");
  CHECK(url->prefix == "/subscriptions/s");
  CHECK(url->origin() == "https://r.dynamicsessions.io:443");
  CHECK(url->authority() == "r.dynamicsessions.io");
  CHECK(HttpUrl::parse("http://[::1]:8080")->host_name() == "::1");
  CHECK(HttpUrl::parse("http://[::1]:8080")->authority() == "[::1]:8080");
  const std::string bad =
      GENERATE(as<std::string>(), "", "r.io", "ftp://r.io", "http://", "http://r.io?x=1",
               "http://user@r.io", "http://r.io:99999", "http://r.io:x", "http://[::1");
  DYNAMIC_SECTION(bad) { CHECK(HttpUrl::parse(bad).has_error()); }
}

}  // namespace
}  // namespace dynsessions::net
