#include <chrono>
#include <functional>
#include <future>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/thread_pool.hpp>

#include "emulator/base/offload.h"
#include "tests/support/catch.h"
#include "tests/unit/net/raw_client.h"
#include "tests/unit/net/test_server.h"
#include "tests/unit/net/tls_client.h"

namespace dynsessions::net {
namespace {

namespace asio = boost::asio;

const std::string kRest(1000, 'r');
constexpr std::size_t kPiece = 100;

std::string post_of(std::size_t size) {
  return "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n";
}

/// Reads what arrives until there are `count` bytes or the time is over; reads at least once.
std::string read_arrived(http::BodyReader& body, std::size_t count) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  std::string text;
  std::vector<char> buffer(kPiece);
  do {
    const std::size_t size = body.read_arrived(buffer);
    text.append(buffer.data(), size);
    if (size == 0) std::this_thread::yield();
  } while (text.size() < count && std::chrono::steady_clock::now() < end);
  return text;
}

/// Reads a piece, then on another thread the `count` bytes that must arrive, then waits for the
/// others. Returns the bytes that it got in the three ways.
class Eager {
 public:
  explicit Eager(std::size_t count) : count_(count) {}

  asio::awaitable<http::Response> operator()(http::Request request, http::BodyReader& body) {
    std::vector<char> buffer(kPiece);
    const auto first = co_await body.read(buffer);
    if (first.value() == 0) co_return text_response(",,");
    begun_.release();
    auto take = [this, &body] {
      sent_.acquire();
      return read_arrived(body, count_);
    };
    const std::string arrived = co_await offload(pool_, take);
    const auto others = co_await http::read_all(request, body, 1 << 20);
    co_return text_response(std::string(buffer.data(), first.value()) + "," + arrived + "," +
                            others.value());
  }

  /// Sends between two reads, so that the bytes are there when the other thread reads.
  void between_reads(RawClient& client, const std::string& bytes) {
    begun_.acquire();
    client.send(bytes);
    sent_.release();
  }

 private:
  const std::size_t count_;
  asio::thread_pool pool_{1};
  std::binary_semaphore begun_{0};
  std::binary_semaphore sent_{0};
};

TEST_CASE("only bytes of a body that have arrived can be read on another thread", "[net][body]") {
  Eager eager(kRest.size());
  TestServer server(std::ref(eager));
  RawClient client(server.port());
  client.send(post_of(kPiece + kRest.size() + 5) + std::string(kPiece, 'f'));
  eager.between_reads(client, kRest + "later" + kGet);
  CHECK(client.read_reply().body == std::string(kPiece, 'f') + "," + kRest + ",later");
  CHECK(client.read_reply().status == 200);
}

TEST_CASE("bytes that have arrived end where the body does", "[net][body]") {
  Eager eager(std::string("arrived").size());
  TestServer server(std::ref(eager));
  RawClient client(server.port());
  client.send(post_of(kPiece + 7) + std::string(kPiece, 'f'));
  eager.between_reads(client, "arrived" + kGet);
  CHECK(client.read_reply().body == std::string(kPiece, 'f') + ",arrived,");
  CHECK(client.read_reply().body == ",,");
}

TEST_CASE("bytes that came with the head are left to the reader that waits", "[net][body]") {
  Eager eager(0);
  TestServer server(std::ref(eager));
  RawClient client(server.port());
  client.send(post_of(kPiece + 7) + std::string(kPiece, 'f') + "at once");
  eager.between_reads(client, "");
  CHECK(client.read_reply().body == std::string(kPiece, 'f') + ",,at once");
}

TEST_CASE("no bytes of a body in chunks are read on another thread: its frames have to be parsed",
          "[net][body]") {
  Eager eager(0);
  TestServer server(std::ref(eager));
  RawClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
  eager.between_reads(client, "6\r\nsecond\r\n0\r\n\r\n");
  CHECK(client.read_reply().body == "first,,second");
}

TEST_CASE("no bytes of a body in TLS are read on another thread: its records have to be decrypted",
          "[net][body][tls]") {
  Eager eager(0);
  TlsContext context = throw_away_context();
  TestServer server(std::ref(eager), {}, &context);
  TlsClient client(server.port());
  client.send(post_of(kPiece + 6) + std::string(kPiece, 'f'));
  eager.between_reads(client, "second");
  CHECK(client.read_reply().body == std::string(kPiece, 'f') + ",,second");
}

TEST_CASE("a client that breaks off is noticed by the reader that waits", "[net][body]") {
  std::binary_semaphore closed(0);
  std::promise<bool> refused;
  TestServer server([&](http::Request, http::BodyReader& body) -> asio::awaitable<http::Response> {
    std::vector<char> buffer(kPiece);
    const auto first = co_await body.read(buffer);
    closed.acquire();
    const std::string arrived = read_arrived(body, 0);
    const auto next = co_await body.read(buffer);
    refused.set_value(first.has_value() && arrived.empty() && !next.has_value());
    co_return text_response("the client has left");
  });
  RawClient client(server.port());
  client.send(post_of(5 * kPiece) + std::string(kPiece, 'f'));
  client.close();
  closed.release();
  CHECK(refused.get_future().get());
}

}  // namespace
}  // namespace dynsessions::net
