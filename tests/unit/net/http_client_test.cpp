#include "emulator/net/client/http_client.h"

#include <atomic>
#include <future>

#include "tests/unit/net/held_request.h"
#include "tests/unit/net/http_client_fixture.h"
#include "tests/unit/net/raw_client.h"
#include "tests/unit/net/scripted_server.h"
#include "tests/unit/net/test_server.h"

namespace dynsessions::net {
namespace {

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

TEST_CASE("request and response bodies stream at the same time", "[net][client]") {
  ScriptedServer server({[](ScriptedConnection& connection) {
    connection.read_until("\r\n\r\n");
    connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    std::string last;
    while (!last.ends_with("0\r\n\r\n")) {
      const std::string piece = connection.read_some();  // chunks are returned as they arrived
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
  CHECK(resolves(ended.get_future()));
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
    CHECK(connections == 1);
  }
  SECTION("not by default") {
    Client client;
    CHECK(client.fetch(url_of(server.port()))->body == "x");
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
    connection.read_until("\r\n\r\n");  // returning closes the connection
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
