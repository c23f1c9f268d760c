#include <atomic>
#include <fstream>
#include <future>

#include "tests/unit/net/held_request.h"
#include "tests/unit/net/http_client_fixture.h"
#include "tests/unit/net/raw_client.h"
#include "tests/unit/net/scripted_server.h"
#include "tests/unit/net/test_server.h"

namespace dynsessions::net {
namespace {

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

TEST_CASE("a refused connection and a name without an address are different failures",
          "[net][client]") {
  Client client;
  std::uint16_t port = 0;
  static_cast<void>(listen_on_loopback(1, port));  // the port is free again after this line
  check_failure(
      client.fetch(url_of(port)), HttpStep::connect, HttpFailureKind::failed,
      "cannot connect to http://127.0.0.1:" + std::to_string(port) + ": Connection refused");
  // An empty label: the resolver refuses it without a request to a name server.
  check_failure(client.fetch(url_of(80, "no..name")), HttpStep::resolve, HttpFailureKind::failed,
                "cannot find the address of http://no..name:80: ");
}

TEST_CASE("a name is resolved, and its addresses are tried in order", "[net][client]") {
  TestServer server(echo);
  Client client;
  // Where localhost is also ::1, no server listens there.
  const auto answer = client.fetch(url_of(server.port(), "localhost"));
  REQUIRE(answer.has_value());  // a machine without /etc/hosts does not know localhost
  CHECK(answer->body == "GET ");
}

TEST_CASE("each step has its deadline", "[net][client]") {
  Client client;
  HttpRequest request = request_of("POST", "abc");
  SECTION("connecting") {
    std::uint16_t port = 0;
    const UniqueFd listener = listen_on_loopback(0, port);
    const RawClient first(port);  // a connection that fills the kernel's queue
    request.timeouts.connect = milliseconds(50);
    check_failure(client.fetch(url_of(port), std::move(request)), HttpStep::connect,
                  HttpFailureKind::timed_out, "it timed out");
  }
  SECTION("waiting") {
    ScriptedServer server({[](ScriptedConnection& connection) { connection.wait_for_end(); }});
    request.timeouts.answer = milliseconds(50);
    check_failure(client.fetch(url_of(server.port()), std::move(request)), HttpStep::wait,
                  HttpFailureKind::timed_out, "it timed out");
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
                  HttpFailureKind::timed_out, "it timed out");
  }
  SECTION("reading") {
    ScriptedServer server({[](ScriptedConnection& connection) {
      connection.read_until("abc");
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
      connection.wait_for_end();
    }});
    request.timeouts.idle = milliseconds(50);
    check_failure(client.fetch(url_of(server.port()), std::move(request)), HttpStep::read,
                  HttpFailureKind::timed_out, "it timed out");
  }
  SECTION("sending to a server that does not read") {
    std::promise<void> ended;
    ScriptedServer server({[&](ScriptedConnection&) { ended.get_future().wait(); }});
    request.body = std::string(32 * kMegabyte, 'x');
    request.timeouts.idle = milliseconds(50);
    const auto reply = client.fetch(url_of(server.port()), std::move(request));
    ended.set_value();
    check_failure(reply, HttpStep::wait, HttpFailureKind::timed_out, "it timed out");
  }
  SECTION("everything together, with a source that gives nothing") {
    ScriptedServer server({[](ScriptedConnection& connection) { connection.wait_for_end(); }});
    const auto source = std::make_shared<PieceSource>("");
    source->stalls = true;
    HttpRequest stalled = streamed(source, 10);
    stalled.timeouts.total = milliseconds(50);
    check_failure(client.fetch(url_of(server.port()), std::move(stalled)), HttpStep::wait,
                  HttpFailureKind::timed_out, "it timed out");
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

}  // namespace
}  // namespace dynsessions::net
