#include <atomic>
#include <cerrno>
#include <functional>
#include <future>
#include <memory>
#include <string>

#include <sys/socket.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "tests/support/catch.h"
#include "tests/unit/net/raw_client.h"
#include "tests/unit/net/test_server.h"
#include "tests/unit/net/tls_client.h"

namespace dynsessions::net {
namespace {

namespace asio = boost::asio;
using http::StreamBody;
using std::chrono::seconds;
using Piece = Result<std::optional<std::string>>;

const std::string kGet = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

/// Observations about a source after it has been handed over.
struct Probe {
  std::atomic<int> asked = 0;
  std::promise<void> destroyed;
  std::future<void> was_destroyed = destroyed.get_future();

  std::promise<void> asked_again;
  std::future<void> was_asked_again = asked_again.get_future();

  /// Returns whether the second piece is requested after the first has been sent.
  [[nodiscard]] bool is_asked_again_soon() { return resolves(was_asked_again); }
  [[nodiscard]] bool is_destroyed_soon() { return resolves(was_destroyed); }
};

using Produce = std::function<asio::awaitable<Piece>(int number)>;

/// Returns what a function produces for each number, from 0.
class FunctionSource final : public http::BodySource {
 public:
  FunctionSource(Probe& probe, Produce produce) : probe_(probe), produce_(std::move(produce)) {}
  ~FunctionSource() override { probe_.destroyed.set_value(); }

  asio::awaitable<Piece> next() override {
    const int number = probe_.asked++;
    if (number == 1) probe_.asked_again.set_value();
    return produce_(number);
  }

 private:
  Probe& probe_;
  const Produce produce_;
};

StreamBody stream_of(Probe& probe, Produce produce) {
  StreamBody body;
  body.source = std::make_unique<FunctionSource>(probe, std::move(produce));
  return body;
}

/// Returns a function that answers every request with the stream that `make` makes.
FunctionHandler::Function streaming(std::function<StreamBody()> make) {
  return [make = std::move(make)](http::Request,
                                  http::BodyReader&) -> asio::awaitable<http::Response> {
    http::Response response;
    response.body = make();
    co_return response;
  };
}

asio::awaitable<Piece> wait_for_ever() {
  asio::steady_timer timer(co_await asio::this_coro::executor,
                           asio::steady_timer::time_point::max());
  co_await timer.async_wait(asio::use_awaitable);
  co_return std::nullopt;
}

/// Produces numbers up to `count`, then the end.
Produce numbers(int count) {
  return [count](int number) -> asio::awaitable<Piece> {
    if (number == count) co_return std::nullopt;
    co_return std::to_string(number) + ';';
  };
}

std::string text_of_numbers(int count) {
  std::string text;
  for (int number = 0; number < count; ++number) text += std::to_string(number) + ';';
  return text;
}

/// Produces pieces of this text, then a piece that never comes.
Produce then_silence(std::string text) {
  return [text = std::move(text)](int number) -> asio::awaitable<Piece> {
    if (number > 0) co_return co_await wait_for_ever();
    co_return text;
  };
}

/// The same server and client, in plain text and over TLS.
struct Side {
  const bool encrypted = GENERATE(false, true);
  TlsContext context = throw_away_context();

  [[nodiscard]] TlsContext* tls() { return encrypted ? &context : nullptr; }
  [[nodiscard]] std::unique_ptr<RawClient> connect(TestServer& server) const {
    if (encrypted) return std::make_unique<TlsClient>(server.port());
    return std::make_unique<RawClient>(server.port());
  }
};

TEST_CASE("a stream of many pieces arrives whole, and the connection continues", "[net][stream]") {
  Side side;
  CAPTURE(side.encrypted);
  Probe first;
  Probe second;
  Probe* probe = &first;
  TestServer server(
      streaming([&] { return stream_of(*std::exchange(probe, &second), numbers(5000)); }), {},
      side.tls());
  const auto client = side.connect(server);
  for (int i = 0; i < 2; ++i) {
    client->send(kGet);
    const Reply reply = client->read_reply();
    CHECK(reply.has_field("Transfer-Encoding: chunked"));
    CHECK((reply.body == text_of_numbers(5000)));
  }
  CHECK(first.asked == 5001);
  CHECK(second.is_destroyed_soon());
}

TEST_CASE("a stream that knows its size is sent with it", "[net][stream]") {
  Side side;
  Probe probe;
  TestServer server(streaming([&] {
                      StreamBody body = stream_of(probe, numbers(10));
                      body.size = text_of_numbers(10).size();
                      return body;
                    }),
                    {}, side.tls());
  const auto client = side.connect(server);
  client->send(kGet);
  const Reply reply = client->read_reply();
  CHECK(reply.has_field("Content-Length: 20"));
  CHECK(reply.body == text_of_numbers(10));
}

TEST_CASE("for HTTP/1.0 a stream ends with the connection", "[net][stream]") {
  Probe probe;
  TestServer server(streaming([&] { return stream_of(probe, numbers(3)); }));
  RawClient client(server.port());
  client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  CHECK(client.read_to_end() == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n0;1;2;");
}

TEST_CASE("HEAD gets the head of a stream, whose source is asked for nothing", "[net][stream]") {
  Probe probe;
  TestServer server(streaming([&] { return stream_of(probe, numbers(3)); }));
  RawClient client(server.port());
  client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(client.read_reply(true).head == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  CHECK(probe.is_destroyed_soon());
  CHECK(probe.asked == 0);
}

TEST_CASE("an empty piece sends the head before anything else is there", "[net][stream]") {
  Probe probe;
  TestServer server(streaming([&] { return stream_of(probe, then_silence("")); }));
  RawClient client(server.port());
  client.send(kGet);
  CHECK(client.readable_within(60'000));
}

TEST_CASE("a source is not asked for more than the client takes", "[net][stream]") {
  Side side;
  CAPTURE(side.encrypted);
  constexpr int kPieces = 64;  // pieces of 1 MiB: more than sockets hold
  Probe probe;
  std::promise<void> last_was_asked;
  const auto produce = [&](int number) -> asio::awaitable<Piece> {
    if (number == kPieces) last_was_asked.set_value();
    if (number == kPieces) co_return std::nullopt;
    co_return std::string(std::size_t{1} << 20, 'x');
  };
  TestServer server(streaming([&] { return stream_of(probe, produce); }), {}, side.tls());
  const auto client = side.connect(server);
  client->send(kGet);
  auto asked = last_was_asked.get_future();
  CHECK(client->readable_within(60'000));
  CHECK(asked.wait_for(std::chrono::milliseconds(100)) == std::future_status::timeout);
  CHECK(client->read_reply().body.size() == std::size_t{kPieces} << 20);
  CHECK(resolves(asked));
}

TEST_CASE("a client that leaves cancels a source that waits", "[net][stream]") {
  Side side;
  const bool sends_more = GENERATE(false, true);  // unread bytes must not hide its departure
  CAPTURE(side.encrypted, sends_more);
  Probe probe;
  TestServer server(streaming([&] { return stream_of(probe, then_silence("first")); }), {},
                    side.tls());
  auto client = side.connect(server);
  client->send(kGet);
  CHECK(probe.is_asked_again_soon());
  if (sends_more) client->send(kGet);
  client->close();
  CHECK(probe.is_destroyed_soon());
}

TEST_CASE("a client that leaves cancels a source that hangs before its first piece",
          "[net][stream]") {
  Side side;
  Probe probe;
  std::promise<void> asked;
  const auto produce = [&asked](int) -> asio::awaitable<Piece> {
    asked.set_value();
    co_return co_await wait_for_ever();
  };
  TestServer server(streaming([&] { return stream_of(probe, produce); }), {}, side.tls());
  auto client = side.connect(server);
  client->send(kGet);
  CHECK(resolves(asked.get_future()));
  client->close();
  CHECK(probe.is_destroyed_soon());
}

TEST_CASE("a client that leaves cancels a source that always has more", "[net][stream]") {
  Side side;
  Probe probe;
  const auto produce = [](int) -> asio::awaitable<Piece> { co_return std::string(100'000, 'x'); };
  TestServer server(streaming([&] { return stream_of(probe, produce); }), {}, side.tls());
  auto client = side.connect(server);
  client->send(kGet);
  CHECK(client->readable_within(60'000));
  client->close();
  CHECK(probe.is_destroyed_soon());
}

TEST_CASE("a client that closes its sending side gets the rest of a stream that ignores it",
          "[net][stream]") {
  Side side;
  CAPTURE(side.encrypted);
  constexpr int kPieces = 32;  // pieces of 1 MiB: more than sockets hold
  Probe probe;
  const auto produce = [](int number) -> asio::awaitable<Piece> {
    if (number == kPieces) co_return std::nullopt;
    co_return std::string(std::size_t{1} << 20, 'x');
  };
  const auto make = [&] {
    StreamBody body = stream_of(probe, produce);
    body.half_close = StreamBody::HalfClose::ignored;
    return body;
  };
  TestServer server(streaming(make), {}, side.tls());
  const auto client = side.connect(server);
  client->send(kGet);
  client->half_close();
  CHECK(client->read_reply().body.size() == std::size_t{kPieces} << 20);
}

TEST_CASE("drain ends an endless stream properly, without its grace period", "[net][stream]") {
  Side side;
  CAPTURE(side.encrypted);
  Probe probe;
  TestServer server(streaming([&] {
                      StreamBody body = stream_of(probe, then_silence("first"));
                      body.lifetime = StreamBody::Lifetime::endless;
                      return body;
                    }),
                    {}, side.tls());
  const auto client = side.connect(server);
  client->send(kGet);
  CHECK(probe.is_asked_again_soon());
  const auto drained = server.drain(seconds(60));
  CHECK(client->read_reply().body == "first");
  CHECK(client->read_to_end().empty());
  CHECK(resolves(drained));
  CHECK(probe.is_destroyed_soon());
}

TEST_CASE("drain lets a finite stream end, and cuts it after the grace period", "[net][stream]") {
  Side side;
  CAPTURE(side.encrypted);
  Probe probe;
  TestServer server(streaming([&] { return stream_of(probe, then_silence("first")); }), {},
                    side.tls());
  const auto client = side.connect(server);
  client->send(kGet);
  CHECK(probe.is_asked_again_soon());
  const auto drained = server.drain(std::chrono::milliseconds(20));
  CHECK(resolves(drained));
  CHECK(probe.is_destroyed_soon());
  CHECK_THROWS(client->read_reply());
}

TEST_CASE("a source that fails breaks its answer off", "[net][stream]") {
  Side side;
  const int good_pieces = GENERATE(0, 1);
  const bool throws = GENERATE(false, true);
  CAPTURE(side.encrypted, good_pieces, throws);
  Probe probe;
  const auto produce = [=](int number) -> asio::awaitable<Piece> {
    if (number < good_pieces) co_return std::string("good");
    if (throws) throw std::runtime_error("broken");
    co_return invalid_request("broken");
  };
  TestServer server(streaming([&] { return stream_of(probe, produce); }), {}, side.tls());
  const auto client = side.connect(server);
  client->send(kGet);
  if (good_pieces == 0) CHECK(client->read_to_end().empty());
  if (good_pieces > 0) CHECK_THROWS_WITH(client->read_reply(), Catch::Contains("ended"));
  CHECK(probe.is_destroyed_soon());
}

TEST_CASE("a source that keeps its promise of a size no better is not believed", "[net][stream]") {
  const int promised = GENERATE(19, 21);  // ten numbers are 20 bytes
  CAPTURE(promised);
  Probe probe;
  TestServer server(streaming([&] {
    StreamBody body = stream_of(probe, numbers(10));
    body.size = promised;
    return body;
  }));
  RawClient client(server.port());
  client.send(kGet);
  CHECK_THROWS_WITH(client.read_reply(), Catch::Contains("ended"));
}

/// A client whose socket a test can examine.
class OpenClient final : public RawClient {
 public:
  using RawClient::fd;
  using RawClient::RawClient;
};

bool ends_with_a_reset(int socket) {
  char byte = 0;
  ssize_t count = 1;
  while (count > 0) count = ::recv(socket, &byte, 1, 0);
  return count < 0 && errno == ECONNRESET;
}

TEST_CASE("an answer can be made to end with a reset connection", "[net][stream]") {
  const bool encrypted = GENERATE(false, true);
  const int good_pieces = GENERATE(0, 1);
  CAPTURE(encrypted, good_pieces);
  TlsContext context = throw_away_context();
  Probe probe;
  const auto produce = [=](int number) -> asio::awaitable<Piece> {
    if (number < good_pieces) co_return std::string("good");
    co_return invalid_request("a fault");
  };
  TestServer server(streaming([&] {
                      StreamBody body = stream_of(probe, produce);
                      body.break_off = StreamBody::BreakOff::reset;
                      return body;
                    }),
                    {}, encrypted ? &context : nullptr);
  if (encrypted) {
    TlsClient client(server.port());
    client.send(kGet);
    CHECK(ends_with_a_reset(client.fd()));
  } else {
    OpenClient client(server.port());
    client.send(kGet);
    CHECK(ends_with_a_reset(client.fd()));
  }
}

TEST_CASE("a source may read the request while it answers", "[net][stream]") {
  Probe probe;
  TestServer server([&](http::Request, http::BodyReader& body) -> asio::awaitable<http::Response> {
    http::Response response;
    const auto produce = [&body](int) -> asio::awaitable<Piece> {
      std::string piece(4, '\0');
      const Result<std::size_t> size = co_await body.read(piece);
      if (!size) co_return size.error();
      if (*size == 0) co_return std::nullopt;
      piece.resize(*size);
      co_return piece;
    };
    response.body = stream_of(probe, produce);
    co_return response;
  });
  RawClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n01234");
  CHECK(client.readable_within(60'000));
  client.send("56789");
  CHECK(client.read_reply().body == "0123456789");
}

}  // namespace
}  // namespace dynsessions::net
