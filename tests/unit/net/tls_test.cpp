#include <cstdio>
#include <string>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/catch.h"
#include "tests/unit/net/held_request.h"
#include "tests/unit/net/raw_client.h"
#include "tests/unit/net/test_server.h"
#include "tests/unit/net/tls_client.h"

namespace dynsessions::net {
namespace {

namespace asio = boost::asio;
using namespace std::string_literals;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// The first bytes of a client's hello: a record that announces more bytes than it holds.
const std::string kHalfHello("\x16\x03\x01\x02\x00\x01\x00", 7);

std::string post_of(const std::string& body) {
  return "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

class TlsServer {
 public:
  explicit TlsServer(FunctionHandler::Function function = echo, ServerLimits limits = {})
      : server_(std::move(function), limits, &context_) {}
  [[nodiscard]] std::uint16_t port() const { return server_.port(); }
  TestServer* operator->() { return &server_; }
  TestServer& operator*() { return server_; }

 private:
  TlsContext context_ = throw_away_context();
  TestServer server_;
};

TEST_CASE("requests follow each other on one TLS connection", "[net][tls]") {
  TlsServer server;
  TlsClient client(server.port());
  for (int i = 0; i < 3; ++i) {
    client.send(kGet);
    CHECK(client.read_reply().body == "GET ");
  }
  client.send(kGet + kGet);
  CHECK(client.read_reply().body == "GET ");
  CHECK(client.read_reply().body == "GET ");
}

TEST_CASE("bodies of any size pass through TLS unchanged", "[net][tls]") {
  TlsServer server;
  TlsClient client(server.port());
  const std::size_t size = GENERATE(0U, 1U, 16383U, 16384U, 16385U, 1024U * 1024U);
  std::string body(size, '\0');
  for (std::size_t i = 0; i < size; ++i) body[i] = static_cast<char>(i * 31);
  DYNAMIC_SECTION(size << " bytes") {
    client.send(post_of(body));
    CHECK(client.read_reply().body == "POST " + body);
  }
}

TEST_CASE("a file in several pieces passes through TLS unchanged", "[net][tls]") {
  const std::string content(700'000, 'f');
  TlsServer server([&](http::Request, http::BodyReader&) -> asio::awaitable<http::Response> {
    UniqueFd file(::open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (::write(file.get(), content.data(), content.size()) < 0) throw std::runtime_error("write");
    http::Response response;
    response.body = http::FileBody{std::move(file), content.size()};
    co_return response;
  });
  TlsClient client(server.port());
  client.send(kGet + kGet);
  CHECK(client.read_reply().body == content);
  CHECK(client.read_reply().body == content);
}

TEST_CASE("TLS 1.2 and 1.3 are spoken, and nothing older", "[net][tls]") {
  TlsServer server;
  const auto version_with = [&server](int version) {
    return TlsClient(server.port(), {version, version, {}}).version();
  };
  CHECK(version_with(TLS1_2_VERSION) == "TLSv1.2");
  CHECK(version_with(TLS1_3_VERSION) == "TLSv1.3");
  CHECK_THROWS_WITH(version_with(TLS1_1_VERSION), Catch::Contains("alert"));
}

TEST_CASE("the only protocol is HTTP/1.1, and a client without it is refused", "[net][tls]") {
  TlsServer server;
  const auto agreed = [&server](std::vector<std::string> protocols) {
    TlsOffer offer;
    offer.protocols = std::move(protocols);
    return TlsClient(server.port(), offer).protocol();
  };
  CHECK(agreed({"h2", "http/1.1"}) == "http/1.1");
  CHECK(agreed({"http/1.1"}) == "http/1.1");
  CHECK(agreed({}).empty());
  CHECK_THROWS_WITH(agreed({"h2"}), Catch::Contains("no application protocol"));
}

TEST_CASE("plain HTTP on the TLS port is answered in the clear with what to do", "[net][tls]") {
  TlsServer server;
  RawClient client(server.port());
  client.send(kGet);
  const Reply reply = client.read_reply();
  CHECK(reply.status == 400);
  CHECK(reply.body == "This port speaks HTTP over TLS only: use https://.");
  CHECK(reply.has_field("Connection: close"));
  CHECK(client.read_to_end().empty());
}

TEST_CASE("TLS on the plain port is answered in the clear with what to do", "[net][tls]") {
  TestServer server(echo);
  CHECK_THROWS_WITH(TlsClient(server.port()),
                    Catch::Contains("http request") || Catch::Contains("wrong version number"));
}

TEST_CASE("a client that is slow with its handshake is let go without a word", "[net][tls]") {
  ServerLimits limits;
  limits.handshake_time = milliseconds(50);
  TlsServer server(echo, limits);
  RawClient client(server.port());
  SECTION("having said nothing") {}
  SECTION("in the middle of its hello") { client.send(kHalfHello); }
  CHECK(client.read_to_end().empty());
}

TEST_CASE("the deadline of the handshake does not end a connection that has made it",
          "[net][tls]") {
  ServerLimits limits;
  limits.handshake_time = milliseconds(4000);  // enough for a busy machine
  TlsServer server(echo, limits);
  TlsClient client(server.port());
  RawClient witness(server.port());  // its deadline passes after that of the other
  CHECK(witness.read_to_end().empty());
  client.send(kGet);
  CHECK(client.read_reply().body == "GET ");
}

TEST_CASE("a handshake that is none, or breaks off, ends its connection only", "[net][tls]") {
  TlsServer server;
  TlsClient other(server.port());
  RawClient client(server.port());
  SECTION("random bytes after a handshake's first") {
    client.send_what_is_taken("\x16" + std::string(5000, 'x'));
  }
  SECTION("half a hello and the end") {
    client.send(kHalfHello);
    client.half_close();
  }
  SECTION("the end at once") { client.half_close(); }
  CHECK_THAT(client.read_to_end(), !Catch::Contains("HTTP"));
  other.send(kGet);
  CHECK(other.read_reply().status == 200);
}

TEST_CASE("bytes that do not decrypt end the connection without an answer", "[net][tls]") {
  TlsServer server;
  TlsClient client(server.port());
  const std::string record("\x17\x03\x03\x00\x14"s + std::string(20, 'x'));
  // Bypasses the client's encryption, on the same socket.
  CHECK(::send(client.fd(), record.data(), record.size(), MSG_NOSIGNAL) ==
        static_cast<ssize_t>(record.size()));
  CHECK(client.read_to_end().empty());
}

TEST_CASE("an answer that ends its connection is followed by the end of TLS", "[net][tls]") {
  TlsServer server;
  TlsClient client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  CHECK(client.read_reply().body == "GET ");
  CHECK(client.read_to_end().empty());
  CHECK(client.received_close_notify());
}

TEST_CASE("a refusal reaches a TLS client that is still sending", "[net][tls]") {
  TlsServer server;
  TlsClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\n");
  client.send_what_is_taken(std::string(100'000, 'x'));
  const Reply reply = client.read_reply();
  CHECK(reply.status == 413);
  CHECK(reply.has_field("Connection: close"));
}

TEST_CASE("drain closes TLS connections that are idle or in their handshake at once",
          "[net][tls]") {
  TlsServer server;
  RawClient fresh(server.port());
  RawClient halfway(server.port());
  halfway.send(kHalfHello);
  TlsClient used(server.port());
  used.send(kGet);
  CHECK(used.read_reply().status == 200);
  CHECK(resolves(server->drain(seconds(60))));
  CHECK(fresh.read_to_end().empty());
  CHECK(halfway.read_to_end().empty());
  CHECK(used.read_to_end().empty());
}

TEST_CASE("drain lets a request over TLS finish", "[net][tls]") {
  HeldRequest held;
  TlsServer server(held.handler());
  TlsClient client(server.port());
  client.send(kPut);
  held.wait_until_started();
  const auto drained = server->drain(seconds(60));
  CHECK(drained.wait_for(seconds(0)) == std::future_status::timeout);
  held.release(*server);
  CHECK(client.read_reply().body == "held");
  CHECK(client.read_to_end().empty());
  CHECK(client.received_close_notify());
  client.close();
  CHECK(resolves(drained));
}

TEST_CASE("drain cuts a request over TLS that outlasts the grace period", "[net][tls]") {
  HeldRequest held;
  TlsServer server(held.handler());
  TlsClient client(server.port());
  client.send(kPut);
  held.wait_until_started();
  CHECK(resolves(server->drain(milliseconds(20))));
  CHECK(client.read_to_end().empty());
  CHECK_FALSE(client.received_close_notify());
}

TEST_CASE("a certificate without its key is no context for TLS", "[net][tls]") {
  CHECK_THROWS_AS(TlsContext("", ""), boost::system::system_error);
  CHECK_THROWS_AS(TlsContext("no PEM", "no PEM"), boost::system::system_error);
}

}  // namespace
}  // namespace dynsessions::net
