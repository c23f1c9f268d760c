#include <atomic>
#include <cerrno>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "emulator/base/event.h"
#include "emulator/base/offload.h"
#include "tests/support/catch.h"
#include "tests/support/manual_clock.h"
#include "tests/unit/net/held_request.h"
#include "tests/unit/net/raw_client.h"
#include "tests/unit/net/test_server.h"

namespace dynsessions::net {
namespace {

namespace asio = boost::asio;
using std::chrono::seconds;

TEST_CASE("drain closes idle connections at once", "[net][server]") {
  TestServer server(echo);
  RawClient fresh(server.port());
  RawClient used(server.port());
  used.send(kGet);
  CHECK(used.read_reply().status == 200);
  CHECK(resolves(server.drain(seconds(60))));
  CHECK(fresh.read_to_end().empty());
  CHECK(used.read_to_end().empty());
}

TEST_CASE("drain lets a request in progress finish", "[net][server]") {
  HeldRequest held;
  TestServer server(held.handler());
  RawClient client(server.port());
  client.send(kPut + kGet);
  held.wait_until_started();
  const auto drained = server.drain(seconds(60));
  CHECK(drained.wait_for(seconds(0)) == std::future_status::timeout);
  held.release(server);
  const Reply reply = client.read_reply();
  CHECK(reply.body == "held");
  CHECK(reply.has_field("Connection: close"));
  CHECK(resolves(drained));
  CHECK(client.read_to_end().empty());
}

TEST_CASE("drain cuts a request that outlasts the grace period", "[net][server]") {
  HeldRequest held;
  TestServer server(held.handler());
  RawClient client(server.port());
  client.send(kPut);
  held.wait_until_started();
  CHECK(resolves(server.drain(std::chrono::milliseconds(20))));
  CHECK(client.read_to_end().empty());
}

TEST_CASE("drain waits for a cut request whose work is on the file pool", "[net][server]") {
  std::promise<void> started;
  std::promise<void> resume;
  std::atomic<bool> finished = false;
  TestServer* running = nullptr;
  TestServer server([&](http::Request, http::BodyReader&) -> asio::awaitable<http::Response> {
    auto work = [&] {
      started.set_value();
      resume.get_future().get();
      finished = true;
      return 1;
    };
    co_await offload(running->file_pool(), work);
    co_return text_response("too late");
  });
  running = &server;
  RawClient client(server.port());
  client.send(kGet);
  started.get_future().get();
  const auto drained = server.drain(seconds(0));
  CHECK(client.read_to_end().empty());
  resume.set_value();
  CHECK(resolves(drained));
  CHECK(finished);
}

TEST_CASE("no connection is accepted once drain has begun", "[net][server]") {
  TestServer server(echo);
  CHECK(resolves(server.drain(seconds(60))));
  RawClient client;
  CHECK_THROWS_WITH(client.connect(server.port()), Catch::Contains("refused"));
}

TEST_CASE("a port that is taken is an error at once", "[net][server]") {
  TestServer server(echo);
  asio::io_context loop;
  asio::thread_pool file_pool(1);
  FunctionHandler handler(echo);
  ManualClock clock{Clock::TimePoint()};
  HttpServer second(loop.get_executor(), clock, file_pool, handler, ServerLimits());
  const asio::ip::tcp::endpoint taken(asio::ip::address_v4::loopback(), server.port());
  CHECK_THROWS_WITH(second.listen(taken), Catch::Contains("in use"));
}

/// Takes every free descriptor of the process below a small limit, and returns all of them at its
/// end.
class DescriptorShortage {
 public:
  DescriptorShortage() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit small = before_;
    small.rlim_cur = 256;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &small) == 0);
    for (;;) {
      UniqueFd fd(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0));
      if (!fd) break;
      taken_.push_back(std::move(fd));
    }
    REQUIRE(errno == EMFILE);
  }
  DescriptorShortage(const DescriptorShortage&) = delete;
  DescriptorShortage& operator=(const DescriptorShortage&) = delete;
  ~DescriptorShortage() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
  std::vector<UniqueFd> taken_;
};

TEST_CASE("accepting continues after a shortage of descriptors", "[net][server]") {
  HeldRequest held;
  TestServer server(held.handler());
  RawClient existing(server.port());
  existing.send(kPut);
  held.wait_until_started();
  RawClient waiting;
  {
    const DescriptorShortage shortage;
    waiting.connect(server.port());
    waiting.send(kGet);
    CHECK_FALSE(waiting.readable_within(50));
  }
  CHECK(waiting.read_reply().status == 200);
  held.release(server);
  CHECK(existing.read_reply().status == 200);
}

TEST_CASE("in a shortage of descriptors an idle connection makes room", "[net][server]") {
  TestServer server(echo);
  RawClient idle(server.port());
  idle.send(kGet);
  CHECK(idle.read_reply().status == 200);
  RawClient other;
  const DescriptorShortage shortage;
  other.connect(server.port());
  other.send(kGet);
  CHECK(other.read_reply().status == 200);
  CHECK(idle.read_to_end().empty());
}

TEST_CASE("no socket of the server is inherited by a launched process", "[net][server]") {
  TestServer server(echo);
  RawClient client(server.port());
  client.send(kGet);
  CHECK(client.read_reply().status == 200);
  int sockets = 0;
  for (int fd = 0; fd < 256; ++fd) {
    int listening = 0;
    socklen_t size = sizeof listening;
    if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0) continue;
    int domain = 0;
    ::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size);
    if (domain != AF_INET) continue;  // not a socket of this test: it was inherited
    CAPTURE(fd, listening);
    CHECK((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    ++sockets;
  }
  CHECK(sockets == 3);  // the listener and the two ends of the connection
}

}  // namespace
}  // namespace dynsessions::net
