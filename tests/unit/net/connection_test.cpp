#include <atomic>
#include <future>
#include <stdexcept>
#include <string>

#include <boost/asio/post.hpp>

#include "emulator/base/event.h"
#include "tests/support/catch.h"
#include "tests/unit/net/raw_client.h"
#include "tests/unit/net/test_server.h"

namespace dynsessions::net {
namespace {

namespace asio = boost::asio;

TEST_CASE("a connection carries one request after another", "[net][connection]") {
  TestServer server(echo);
  RawClient client(server.port());
  for (const std::string text : {"first", "second", "third"}) {
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(text.size()) +
                "\r\n\r\n" + text);
    const Reply reply = client.read_reply();
    CHECK(reply.status == 200);
    CHECK(reply.body == "POST " + text);
    CHECK(reply.head.find("Connection") == std::string::npos);
  }
}

TEST_CASE("requests sent at once are answered in turn", "[net][connection]") {
  TestServer server(echo);
  RawClient client(server.port());
  client.send(
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na"
      "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nb\r\n0\r\n\r\n"
      "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  CHECK(client.read_reply().body == "POST a");
  CHECK(client.read_reply().body == "PUT b");
  CHECK(client.read_reply().body == "GET ");
  CHECK(client.read_to_end().empty());
}

TEST_CASE("a head that comes byte by byte is understood", "[net][connection]") {
  TestServer server(echo);
  RawClient client(server.port());
  for (const char byte : kGet) client.send(std::string_view(&byte, 1));
  CHECK(client.read_reply().body == "GET ");
}

TEST_CASE("a chunked body is put together", "[net][connection]") {
  TestServer server(echo);
  RawClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  client.send("5;name=value\r\nhello\r\n");
  client.send("1\r\n \r\nA\r\n0123456789\r\n0\r\nX-Trailer: y\r\n\r\n");
  CHECK(client.read_reply().body == "POST hello 0123456789");
  client.send(kGet);
  CHECK(client.read_reply().body == "GET ");
}

TEST_CASE("100 Continue is sent when the handler reads the body", "[net][connection]") {
  TestServer server(echo);
  RawClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  CHECK(client.read_reply().status == 100);
  client.send("body");
  CHECK(client.read_reply().body == "POST body");
}

asio::awaitable<http::Response> ignore_body(http::Request, http::BodyReader&) {
  co_return text_response("ignored", 401);
}

TEST_CASE("no 100 Continue is sent when the handler does not read the body", "[net][connection]") {
  TestServer server(ignore_body);
  RawClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  const Reply reply = client.read_reply();
  CHECK(reply.status == 401);
  CHECK(reply.has_field("Connection: close"));
}

TEST_CASE("a client that is refused while it sends still gets the answer", "[net][connection]") {
  TestServer server(ignore_body);
  RawClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n");
  client.send(std::string(200000, 'x'));
  const Reply reply = client.read_reply();
  CHECK(reply.body == "ignored");
  CHECK(reply.has_field("Connection: close"));
  CHECK(client.read_to_end().empty());
}

TEST_CASE("an unread body does not become the next request", "[net][connection]") {
  std::atomic<int> handled = 0;
  TestServer server([&](http::Request request, http::BodyReader& body) {
    ++handled;
    return ignore_body(std::move(request), body);
  });
  RawClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(kGet.size()) +
              "\r\n\r\n" + kGet);
  client.read_reply();
  CHECK(client.read_to_end().empty());
  CHECK(handled == 1);
}

TEST_CASE("a client that has closed its sending side gets its answer", "[net][connection]") {
  TestServer server(echo);
  RawClient client(server.port());
  client.send(kGet);
  client.half_close();
  CHECK(client.read_reply().body == "GET ");
  CHECK(client.read_to_end().empty());
}

TEST_CASE("an offer of HTTP/2 is ignored, as the JDK's client needs", "[net][connection]") {
  TestServer server(echo);
  RawClient client(server.port());
  for (int i = 0; i < 2; ++i) {
    client.send(
        "GET / HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nContent-Length: 0\r\nHost: x\r\n"
        "HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\nUpgrade: h2c\r\n\r\n");
    const Reply reply = client.read_reply();
    CHECK(reply.head.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(reply.body == "GET ");
  }
}

TEST_CASE("an exception of a handler is answered and the connection continues",
          "[net][connection]") {
  TestServer server(
      [](http::Request request, http::BodyReader& body) -> asio::awaitable<http::Response> {
        if (request.method == http::Method::put) throw std::runtime_error("secret");
        co_return co_await echo(std::move(request), body);
      });
  RawClient client(server.port());
  client.send("PUT / HTTP/1.1\r\nHost: x\r\n\r\n");
  const Reply reply = client.read_reply();
  CHECK(reply.status == 500);
  CHECK(reply.body.find("secret") == std::string::npos);
  client.send(kGet);
  CHECK(client.read_reply().body == "GET ");
}

TEST_CASE("a handler runs to its end when its client goes away", "[net][connection]") {
  std::promise<void> started;
  std::promise<void> finished;
  TestServer* running = nullptr;
  Event* resume = nullptr;
  TestServer server([&](http::Request, http::BodyReader&) -> asio::awaitable<http::Response> {
    Event event(running->loop().get_executor());
    resume = &event;
    started.set_value();
    co_await event.wait();
    finished.set_value();
    co_return text_response(std::string(1 << 20, 'x'));
  });
  running = &server;
  RawClient client(server.port());
  client.send(kGet);
  started.get_future().get();
  client.close();
  asio::post(server.loop(), [&] { resume->notify(); });
  finished.get_future().get();
}

/// Each is a request that Beast's parser accepts and the server must not (http/framing.h), with a
/// second one behind it.
TEST_CASE("no request is executed after one whose end is ambiguous", "[net][connection]") {
  const auto fields = GENERATE(values<std::string>({
      "Host: x\r\nTransfer-Encoding: gzip\r\nContent-Length: 4\r\n",
      "Host: x\r\nTransfer-Encoding: gzip\r\n",
      "Host: x\r\nTransfer-Encoding: xchunked\r\n",
      "Host: x\r\nTransfer-Encoding: chunked, gzip\r\n",
      "Host: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n",
      "Host: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n",
      "Host: x\r\nContent-Length: 4\r\nContent-Length: 4\r\n",
      "Host: x\r\nContent-Length: 4, 4\r\n",
      "Host: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n",
      "Host: x\r\nTransfer-Encoding:\r\n chunked\r\n",
      "Host: x\r\nX-Folded: a\r\n\tb\r\n",
      "X-Host: missing\r\n",
      "Host: x\r\nHost: y\r\n",
  }));
  DYNAMIC_SECTION(fields) {
    std::atomic<int> handled = 0;
    TestServer server([&](http::Request request, http::BodyReader& body) {
      ++handled;
      return echo(std::move(request), body);
    });
    RawClient client(server.port());
    client.send("POST / HTTP/1.1\r\n" + fields + "\r\n" + kGet);
    const Reply reply = client.read_reply();
    CHECK(reply.status == 400);
    CHECK(reply.has_field("Connection: close"));
    CHECK(client.read_to_end().empty());
    CHECK(handled == 0);
  }
}

TEST_CASE("a body that breaks its framing is refused", "[net][connection]") {
  const auto body = GENERATE(values<std::string>({
      "x\r\n",
      "-1\r\n",
      "5\r\nhelloworld\r\n",
      "11111111111111111\r\n",
      "1\r\na\r\n0\r\nContent-Length: 5\r\n\r\n",
      "1\r\na\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n",
  }));
  DYNAMIC_SECTION(body) {
    TestServer server(echo);
    RawClient client(server.port());
    client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + body + kGet);
    CHECK(client.read_reply().status == 400);
    CHECK(client.read_to_end().empty());
  }
}

TEST_CASE("a client that speaks TLS to the plain port is refused at once with the reason",
          "[net][connection]") {
  TestServer server(echo);
  RawClient client(server.port());
  client.send("\x16\x03\x01\x02");
  CHECK(client.read_reply().body == "This port speaks HTTP without TLS: use http://.");
}

}  // namespace
}  // namespace dynsessions::net
