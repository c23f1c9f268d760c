#include "sandbox/protocol/launcher_protocol.h"

#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <sys/socket.h>

#include "tests/support/catch.h"

namespace dynsessions::sandbox {
namespace {

struct Pair {
  UniqueFd first;
  UniqueFd second;

  explicit Pair(int flags = 0) {
    int fds[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | flags, 0, fds) == 0);
    first = UniqueFd(fds[0]);
    second = UniqueFd(fds[1]);
  }
};

}  // namespace

TEST_CASE("a message arrives with its descriptors, closed on exec", "[protocol]") {
  const Pair pair;
  const UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  Reply reply{};
  reply.kind = ReplyKind::done;
  reply.request_id = 42;
  send_message(pair.first.get(), &reply, sizeof(reply), {null.get(), null.get(), null.get()});
  bool would_block = true;
  const auto received = receive_message<Reply>(pair.second.get(), would_block);
  REQUIRE(received);
  CHECK_FALSE(would_block);
  CHECK(received->message.request_id == 42);
  REQUIRE(received->descriptors.size() == 3);
  CHECK(::fcntl(received->descriptors[2].get(), F_GETFD) == FD_CLOEXEC);
}

TEST_CASE("the end of the peer and the lack of a message are distinguished", "[protocol]") {
  Pair pair(SOCK_NONBLOCK);
  bool would_block = false;
  CHECK_FALSE(receive_request(pair.first.get(), would_block));
  CHECK(would_block);
  pair.second = UniqueFd();
  CHECK_FALSE(receive_request(pair.first.get(), would_block));
  CHECK_FALSE(would_block);
}

TEST_CASE("a message of another size is refused", "[protocol]") {
  const auto size = GENERATE(as<std::size_t>{}, 1, sizeof(Request) - 1, sizeof(Request) + 1);
  const Pair pair;
  const std::vector<char> bytes(size);
  send_message(pair.first.get(), bytes.data(), bytes.size());
  bool would_block = false;
  CHECK_THROWS_AS(receive_request(pair.second.get(), would_block), std::runtime_error);
}

TEST_CASE("a profile travels with its request, whatever its length up to the limit", "[protocol]") {
  const auto length = GENERATE(as<std::size_t>{}, 0, 1, kMaxSpecBytes);
  const Pair pair;
  Request request{.kind = RequestKind::define_profile, .request_id = 5, .profile_id = 6};
  const std::string text(length, 'x');
  const std::string message = request_message(request, text);
  send_message(pair.first.get(), message.data(), message.size());
  bool would_block = true;
  const auto received = receive_request(pair.second.get(), would_block);
  REQUIRE(received);
  CHECK_FALSE(would_block);
  CHECK(received->request.kind == RequestKind::define_profile);
  CHECK(received->request.request_id == 5);
  CHECK(received->request.profile_id == 6);
  CHECK(received->profile == text);
}

TEST_CASE("a text that is too long, or comes with another request, is refused", "[protocol]") {
  struct Row {
    const char* what;
    RequestKind kind;
    std::size_t length;
  };
  const auto row =
      GENERATE(values<Row>({{"too long", RequestKind::define_profile, kMaxSpecBytes + 1},
                            {"much too long", RequestKind::define_profile, 3 * kMaxSpecBytes},
                            {"not expected", RequestKind::create_sandbox, 1}}));
  DYNAMIC_SECTION(row.what) {
    const Pair pair;
    const std::string message =
        request_message(Request{.kind = row.kind}, std::string(row.length, 'x'));
    send_message(pair.first.get(), message.data(), message.size());
    bool would_block = false;
    CHECK_THROWS_AS(receive_request(pair.second.get(), would_block), std::runtime_error);
  }
}

TEST_CASE("more descriptors than agreed are not sent", "[protocol]") {
  const Pair pair;
  const Request request{};
  const std::vector<int> many(kMaxDescriptors + 1, pair.first.get());
  CHECK_THROWS_AS(send_message(pair.first.get(), &request, sizeof(request), many),
                  std::system_error);
}

TEST_CASE("a step name without an end is cut at its field", "[protocol]") {
  Reply reply{};
  std::fill(std::begin(reply.step), std::end(reply.step), 'x');
  CHECK(step_name(reply) == std::string(sizeof(reply.step), 'x'));
}

}  // namespace dynsessions::sandbox
