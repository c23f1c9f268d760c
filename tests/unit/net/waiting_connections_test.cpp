#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <spdlog/sinks/ostream_sink.h>

#include "tests/support/catch.h"
#include "tests/unit/net/held_request.h"
#include "tests/unit/net/raw_client.h"
#include "tests/unit/net/test_server.h"

namespace dynsessions::net {
namespace {

using std::chrono::seconds;

using Clients = std::vector<std::unique_ptr<RawClient>>;

ServerLimits at_most(std::size_t connections) {
  ServerLimits limits;
  limits.max_connections = connections;
  return limits;
}

bool is_served(RawClient& client) {
  client.send(kGet);
  return client.read_reply().status == 200;
}

/// Waits for steps of the server's thread: a client can have its answer before the thread knows
/// that the connection is idle, and a clock that has moved closes connections some steps later.
void wait_for_idleness(TestServer& server) {
  constexpr int kStepsAfterAnAnswer = 20;
  for (int i = 0; i < kStepsAfterAnAnswer; ++i) server.advance(seconds(0));
}

/// Returns clients whose connections have served one request each and are idle.
Clients idle_clients(TestServer& server, std::size_t count) {
  Clients clients;
  for (std::size_t i = 0; i < count; ++i) {
    clients.push_back(std::make_unique<RawClient>(server.port()));
    CHECK(is_served(*clients.back()));
  }
  wait_for_idleness(server);
  return clients;
}

std::size_t closed_among(TestServer& server, const Clients& clients) {
  wait_for_idleness(server);
  std::size_t closed = 0;
  for (const auto& client : clients) closed += client->readable_within(50) ? 1 : 0;
  return closed;
}

TEST_CASE("at the maximum, the longest idle connection makes room", "[net][waiting]") {
  TestServer server(echo, at_most(2));
  const Clients clients = idle_clients(server, 2);
  CHECK(is_served(*clients[0]));
  RawClient third(server.port());
  CHECK(is_served(third));
  CHECK(clients[1]->read_to_end().empty());
  CHECK(is_served(*clients[0]));
}

TEST_CASE("below the maximum, no idle connection is closed", "[net][waiting]") {
  TestServer server(echo, at_most(3));
  const Clients clients = idle_clients(server, 2);
  RawClient third(server.port());
  CHECK(is_served(third));
  CHECK(closed_among(server, clients) == 0);
}

TEST_CASE("idle connections keep no client out, however many there are", "[net][waiting]") {
  TestServer server(echo, at_most(4));
  const Clients idle = idle_clients(server, 4);
  for (int i = 0; i < 20; ++i) {
    RawClient client(server.port());
    CHECK(is_served(client));
  }
}

TEST_CASE("a connection that never sent a whole head makes room too", "[net][waiting]") {
  TestServer server(echo, at_most(1));
  RawClient first(server.port());
  SECTION("nothing of it") {}
  SECTION("half of it") { first.send("GET / HTTP/1.1\r\nHost:"); }
  RawClient second(server.port());
  CHECK(is_served(second));
  CHECK(first.read_to_end().empty());
}

TEST_CASE("a request under way is not cut to make room, and its end makes room", "[net][waiting]") {
  HeldRequest held;
  TestServer server(held.handler(), at_most(1));
  RawClient first(server.port());
  first.send(kPut);
  held.wait_until_started();
  RawClient second(server.port());
  second.send(kGet);
  CHECK_FALSE(second.readable_within(50));
  held.release(server);
  CHECK(first.read_reply().body == "held");
  CHECK(second.read_reply().status == 200);
  CHECK(first.read_to_end().empty());
}

TEST_CASE("the time to be idle shortens as connections fill the table", "[net][waiting]") {
  ServerLimits limits = at_most(8);
  limits.idle_time = seconds(90);
  limits.shortest_idle_time = seconds(10);
  CHECK(idle_time_among(0, limits) == seconds(90));
  CHECK(idle_time_among(4, limits) == seconds(90));
  CHECK(idle_time_among(5, limits) == seconds(70));
  CHECK(idle_time_among(6, limits) == seconds(50));
  CHECK(idle_time_among(8, limits) == seconds(10));
  CHECK(idle_time_among(9, limits) == seconds(10));
  limits.idle_time = seconds(5);
  CHECK(idle_time_among(8, limits) == seconds(5));
}

TEST_CASE("connections that are idle too long for a full table are closed", "[net][waiting]") {
  ServerLimits limits = at_most(8);
  limits.idle_time = seconds(90);
  TestServer server(echo, limits);
  SECTION("when the table is half full, only their own deadline counts") {
    const Clients clients = idle_clients(server, 4);
    server.advance(seconds(1000));
    CHECK(closed_among(server, clients) == 0);
  }
  SECTION("when it is fuller, after less time, and no more than have to") {
    const Clients clients = idle_clients(server, 6);
    server.advance(seconds(30));
    CHECK(is_served(*clients[0]));
    wait_for_idleness(server);
    server.advance(seconds(19));
    CHECK(closed_among(server, clients) == 0);
    server.advance(seconds(2));
    CHECK(closed_among(server, clients) == 5);
    CHECK(is_served(*clients[0]));
  }
  SECTION("at once when a new connection makes it fuller") {
    const Clients clients = idle_clients(server, 4);
    server.advance(seconds(80));
    RawClient fifth(server.port());
    CHECK(is_served(fifth));
    CHECK(closed_among(server, clients) == 4);
  }
}

/// The warnings that the server's thread logs, available once the server has ended.
class Warnings {
 public:
  Warnings() : logger_(std::make_shared<spdlog::logger>("warnings", sink_)) {
    logger_->set_pattern("%v");
    logger_->set_level(spdlog::level::warn);
    spdlog::set_default_logger(logger_);
  }

  [[nodiscard]] std::vector<std::string> lines() const {
    std::vector<std::string> lines;
    std::istringstream text(text_.str());
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
  }

 private:
  std::ostringstream text_;
  const std::shared_ptr<spdlog::sinks::ostream_sink_mt> sink_ =
      std::make_shared<spdlog::sinks::ostream_sink_mt>(text_);
  const std::shared_ptr<spdlog::logger> logger_;
};

TEST_CASE("a client that leaks connections is named once per minute", "[net][waiting]") {
  const auto previous = spdlog::default_logger();
  std::unique_ptr<Warnings> warnings;
  {
    TestServer server(echo, at_most(4));
    warnings = std::make_unique<Warnings>();
    const Clients clients = idle_clients(server, 10);
    CHECK(warnings->lines().size() == 1);
    server.advance(seconds(59));
    const Clients more = idle_clients(server, 4);
    CHECK(warnings->lines().size() == 1);
    server.advance(seconds(2));
    const Clients most = idle_clients(server, 4);
  }
  spdlog::set_default_logger(previous);
  const auto lines = warnings->lines();
  REQUIRE(lines.size() == 2);
  CHECK_THAT(lines.front(), Catch::StartsWith("127.0.0.1 keeps "));
}

}  // namespace
}  // namespace dynsessions::net
