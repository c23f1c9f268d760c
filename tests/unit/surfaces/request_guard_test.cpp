#include "emulator/surfaces/request_guard.h"

#include <string>
#include <vector>

#include "tests/support/catch.h"

namespace dynsessions::surfaces {
namespace {

http::Headers headers_with(const std::string& host, const std::vector<std::string>& origins = {}) {
  http::Headers headers;
  headers.add("host", host);
  for (const std::string& origin : origins) headers.add("origin", origin);
  return headers;
}

void check_refused(const Result<void>& outcome, ErrorCode code, const std::string& target) {
  REQUIRE(!outcome);
  CHECK(outcome.error().code == code);
  CHECK(outcome.error().target == target);
  CHECK_FALSE(outcome.error().reason.empty());
}

TEST_CASE("a host that no web page can have is answered, whatever its port", "[api][guard]") {
  const auto host = GENERATE(values<std::string>({
      "localhost",
      "LocalHost",
      "localhost.",
      "pool.localhost",
      "127.0.0.1",
      "127.9.8.7",
      "[::1]",
      "[0:0:0:0:0:0:0:1]",
      "emulator",
      "my_service-1",
      "host.docker.internal",
      "westeurope.dynamicsessions.io",
      "WestEurope.DynamicSessions.IO",
      "northcentralus.acasessions.io",
  }));
  DYNAMIC_SECTION(host) {
    const RequestGuard guard;
    CHECK(guard.check(headers_with(host)));
    CHECK(guard.check(headers_with(host + ":7070")));
    CHECK(guard.check(headers_with(host + ":")));
  }
}

TEST_CASE("any other host is refused with the option that allows it", "[api][guard]") {
  const auto host = GENERATE(values<std::string>({
      "evil.example",
      "evil.example:7070",
      "localhost.evil.example",
      "127.0.0.1.evil.example",
      "evil-localhost.example",
      "notdynamicsessions.io",
      "dynamicsessions.io.evil.example",
      "dynamicsessions.io",
      "host.docker.internal.evil.example",
      "192.168.1.10",
      "128.0.0.1",
      "0.0.0.0",
      "[::2]",
      "[::]",
      "[fe80::1]:7070",
      "::2",
      "",
      ".",
      ":7070",
      "[::1",
      "[::1]evil",
      "[::1]:80:80",
      "localhost:80x",
      "localhost:evil.example",
      "user@localhost",
      "local host",
      "localhost/",
      "localhost,evil.example",
      std::string("l\xC3\xB6") + "calhost",
  }));
  DYNAMIC_SECTION("'" << host << "'") {
    const auto outcome = RequestGuard().check(headers_with(host));
    check_refused(outcome, ErrorCode::host_not_allowed, "Host");
    CHECK_THAT(outcome.error().reason, Catch::Contains("--allowed-host NAME"));
  }
}

TEST_CASE("configured hosts are accepted in addition to the others", "[api][guard]") {
  const RequestGuard guard({"Emulator.Team.Example", "10.0.0.7:7070", "[FE80::1]", "2001:db8::7"});
  CHECK(guard.check(headers_with("localhost")));
  CHECK(guard.check(headers_with("emulator.team.example:8080")));
  CHECK(guard.check(headers_with("EMULATOR.team.example.")));
  CHECK(guard.check(headers_with("10.0.0.7")));
  CHECK(guard.check(headers_with("[fe80::1]:7070")));
  CHECK(guard.check(headers_with("[2001:DB8:0::7]")));
  CHECK_FALSE(guard.check(headers_with("team.example")));
  CHECK_FALSE(guard.check(headers_with("x.emulator.team.example")));
  CHECK_FALSE(guard.check(headers_with("10.0.0.8")));
}

TEST_CASE("a configured domain stands for every name below it", "[api][guard]") {
  const RequestGuard guard({"*.Team.Example"});
  CHECK(guard.check(headers_with("a.team.example:8080")));
  CHECK(guard.check(headers_with("A.B.Team.Example")));
  CHECK_FALSE(guard.check(headers_with("team.example")));
  CHECK_FALSE(guard.check(headers_with("notteam.example")));
  CHECK_FALSE(guard.check(headers_with("team.example.evil.example")));
}

TEST_CASE("a configured host that is none allows nothing", "[api][guard]") {
  const RequestGuard guard({"", "a b", "*.", "*", "**.example", "a.*"});
  CHECK_FALSE(guard.check(headers_with("")));
  CHECK_FALSE(guard.check(headers_with("a b")));
  CHECK_FALSE(guard.check(headers_with("evil.example")));
}

TEST_CASE("a request without Host comes from no browser and passes", "[api][guard]") {
  CHECK(RequestGuard().check({}));
}

TEST_CASE("a page of the server's own origin may call it", "[api][guard]") {
  const auto [host, origin] = GENERATE(table<std::string, std::string>({
      {"localhost:7070", "http://localhost:7070"},
      {"localhost:7070", "HTTP://LOCALHOST:7070"},
      {"localhost:7443", "https://localhost:7443"},
      {"127.0.0.1", "http://127.0.0.1"},
      {"[::1]:7070", "http://[::1]:7070"},
  }));
  DYNAMIC_SECTION(origin) { CHECK(RequestGuard().check(headers_with(host, {origin}))); }
}

TEST_CASE("a page from anywhere else may not", "[api][guard]") {
  const auto origin = GENERATE(values<std::string>({
      "null",
      "",
      "https://evil.example",
      "http://evil.example:7070",
      "http://localhost",
      "http://localhost:7071",
      "http://localhost:70701",
      "http://127.0.0.1:7070",
      "http://localhost:7070.evil.example",
      "http://localhost:7070/",
      "http://user@localhost:7070",
      "localhost:7070",
      "//localhost:7070",
      "file://localhost:7070",
      "chrome-extension://abc",
      "http://localhost:7070 http://evil.example",
  }));
  DYNAMIC_SECTION("'" << origin << "'") {
    const auto outcome = RequestGuard().check(headers_with("localhost:7070", {origin}));
    check_refused(outcome, ErrorCode::origin_not_allowed, "Origin");
  }
}

TEST_CASE("two origins are foreign although both are ours", "[api][guard]") {
  const std::string ours = "http://localhost:7070";
  check_refused(RequestGuard().check(headers_with("localhost:7070", {ours, ours})),
                ErrorCode::origin_not_allowed, "Origin");
}

TEST_CASE("a rebound name is refused although the page is of the same origin", "[api][guard]") {
  check_refused(
      RequestGuard().check(headers_with("evil.example:7070", {"http://evil.example:7070"})),
      ErrorCode::host_not_allowed, "Host");
}

TEST_CASE("an origin without a host to compare with is foreign", "[api][guard]") {
  http::Headers headers;
  headers.add("Origin", "http://localhost");
  check_refused(RequestGuard().check(headers), ErrorCode::origin_not_allowed, "Origin");
}

}  // namespace
}  // namespace dynsessions::surfaces
