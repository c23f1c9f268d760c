#include <string>

#include "tests/support/catch.h"
#include "tests/unit/net/raw_client.h"
#include "tests/unit/net/test_server.h"

namespace dynsessions::net {
namespace {

using std::chrono::milliseconds;

TEST_CASE("a head over the limit is refused", "[net][limits]") {
  TestServer server(echo);
  RawClient client(server.port());
  std::string request = "GET / HTTP/1.1\r\nHost: x\r\n";
  for (int i = 0; i < 100000; ++i) request += "X-Field: value\r\n";
  client.send_what_is_taken(request);
  const Reply reply = client.read_reply();
  CHECK(reply.status == 400);
  CHECK(reply.body == "The request head is longer than 32768 bytes.");
}

TEST_CASE("a head up to the limit is accepted", "[net][limits]") {
  ServerLimits limits;
  limits.head_bytes = kGet.size();
  TestServer server(echo, limits);
  RawClient client(server.port());
  client.send(kGet + kGet);
  CHECK(client.read_reply().body == "GET ");
  CHECK(client.read_reply().body == "GET ");
}

TEST_CASE("a body one byte over its route's limit is refused", "[net][limits]") {
  TestServer server(echo);
  RawClient client(server.port());
  const std::string body(1024 * 1024 + 1, 'x');
  SECTION("when its length says so, before it is sent") {
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n");
  }
  SECTION("when its chunks add up to it") {
    client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    client.send_what_is_taken("100001\r\n" + body + "\r\n0\r\n\r\n");
  }
  const Reply reply = client.read_reply();
  CHECK(reply.status == 413);
  CHECK(reply.has_field("Connection: close"));
}

TEST_CASE("chunk extensions and trailers cannot fill the memory", "[net][limits]") {
  TestServer server(echo);
  RawClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  SECTION("a chunk extension of 500 KB") {
    client.send_what_is_taken("1;x=" + std::string(500'000, 'y') + "\r\na\r\n0\r\n\r\n");
  }
  SECTION("an endless chunk size") { client.send_what_is_taken(std::string(500'000, '0')); }
  SECTION("1 MB of trailers") {
    std::string trailers;
    while (trailers.size() < 1'000'000) trailers += "X-Trailer: value\r\n";
    client.send_what_is_taken("1\r\na\r\n0\r\n" + trailers + "\r\n");
  }
  const Reply reply = client.read_reply();
  CHECK(reply.status == 400);
  CHECK(reply.has_field("Connection: close"));
}

TEST_CASE("a client without a request is let go", "[net][limits]") {
  ServerLimits limits;
  SECTION("before the first request") {
    limits.idle_time = milliseconds(30);
    TestServer server(echo, limits);
    RawClient client(server.port());
    CHECK(client.read_to_end().empty());
  }
  SECTION("after a request") {
    limits.idle_time = milliseconds(4000);  // enough for a busy machine to send the request
    TestServer server(echo, limits);
    RawClient client(server.port());
    client.send(kGet);
    CHECK(client.read_reply().status == 200);
    CHECK(client.read_to_end().empty());
  }
}

TEST_CASE("a head has one deadline, however steadily it drips in", "[net][limits]") {
  ServerLimits limits;
  limits.head_time = milliseconds(100);
  TestServer server(echo, limits);
  RawClient client(server.port());
  client.send("GET / HTTP/1.1\r\nX-Slow: ");
  bool closed = false;
  for (int i = 0; i < 6000 && !closed; ++i) {  // sends for up to a minute
    client.send_what_is_taken("x");
    closed = client.readable_within(10);
  }
  CHECK(closed);
  CHECK(client.read_to_end().empty());
}

TEST_CASE("a body that stops coming ends the connection", "[net][limits]") {
  ServerLimits limits;
  limits.body_time = milliseconds(50);
  TestServer server(echo, limits);
  RawClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
  CHECK(client.read_to_end().empty());
}

TEST_CASE("a body that keeps coming may take longer than one deadline", "[net][limits]") {
  ServerLimits limits;
  limits.body_time = milliseconds(4000);  // enough for a busy machine to send the next byte
  TestServer server(echo, limits);
  RawClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\n\r\n");
  for (int i = 0; i < 12; ++i) {
    client.send("x");
    if (i < 11) REQUIRE_FALSE(client.readable_within(400));  // 4400 ms in all
  }
  CHECK(client.read_reply().body == "POST xxxxxxxxxxxx");
}

TEST_CASE("a client that does not read ends its connection only", "[net][limits]") {
  ServerLimits limits;
  limits.write_time = milliseconds(50);
  const std::size_t size = 64 << 20;
  TestServer server(
      [size](http::Request request,
             http::BodyReader& body) -> boost::asio::awaitable<http::Response> {
        if (request.method == http::Method::get) co_return text_response(std::string(size, 'x'));
        co_return co_await echo(std::move(request), body);
      },
      limits);
  RawClient client(server.port());
  client.send(kGet);
  RawClient other(server.port());
  other.send("PUT / HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(other.read_reply().body == "PUT ");
  // Only the write deadline can end the request within the grace period.
  const auto drained = server.drain(std::chrono::seconds(300));
  REQUIRE(resolves(drained));
  CHECK(client.read_to_end().size() < size);
}

}  // namespace
}  // namespace dynsessions::net
