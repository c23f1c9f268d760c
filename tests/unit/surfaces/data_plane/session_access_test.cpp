#include "emulator/surfaces/data_plane/session_access.h"

#include <optional>
#include <string>
#include <utility>

#include "tests/support/catch.h"
#include "tests/unit/surfaces/data_plane/requests.h"
#include "tests/unit/surfaces/data_plane/surface_harness.h"

namespace dynsessions::surfaces::data_plane {
namespace {

Result<SessionIdentifier> identifier_of(const std::string& line,
                                        const std::optional<std::string>& from_body = {}) {
  http::TextBody body("");
  http::Exchange exchange;
  http::Call call{exchange, request_of(line), &body};
  return session_identifier(route_of(line), call, from_body);
}

TEST_CASE("the identifier is the query's, else the body's", "[api][session_access]") {
  CHECK(identifier_of("POST /python/execute?identifier=query").value().text() == "query");
  CHECK(identifier_of("POST /python/execute?identifier=query", "body").value().text() == "query");
  CHECK(identifier_of("POST /python/execute", "body").value().text() == "body");
  CHECK(identifier_of("GET /files?IDENTIFIER=a%7Cb").value().text() == "a|b");
}

TEST_CASE("a request without an identifier is refused and the parameter is named",
          "[api][session_access]") {
  const auto line = GENERATE(values<std::string>({
      "GET /files",
      "GET /files?identifier=",
      "POST /executions?api-version=2025-10-02-preview",
      "POST /python/execute?identifier=",
  }));
  DYNAMIC_SECTION(line) {
    const auto identifier = identifier_of(line);
    REQUIRE_FALSE(identifier);
    CHECK(identifier.error().code == ErrorCode::invalid_request);
    CHECK(identifier.error().target == "identifier");
  }
}

TEST_CASE("an empty identifier of the query does not fall back to the body's",
          "[api][session_access]") {
  CHECK_FALSE(identifier_of("POST /python/execute?identifier=", "body"));
}

TEST_CASE("the length of an identifier is held to the rule of the version",
          "[api][session_access]") {
  struct Row {
    std::size_t length;
    bool before, newest;
  };
  const auto row = GENERATE(values<Row>({{1, true, false},
                                         {3, true, false},
                                         {4, true, true},
                                         {128, true, true},
                                         {129, true, false},
                                         {256, true, false},
                                         {257, false, false}}));
  DYNAMIC_SECTION(row.length << " characters") {
    const std::string query = "?identifier=" + std::string(row.length, 'x') + "&api-version=";
    CHECK(identifier_of("GET /files" + query + "2024-02-02-preview").has_value() == row.before);
    CHECK(identifier_of("GET /files" + query + "2025-02-02-preview").has_value() == row.before);
    CHECK(identifier_of("GET /files" + query + "2025-10-02-preview").has_value() == row.newest);
  }
}

/// Returns the guid of the session of such a request, and whether the request made it.
std::pair<std::string, bool> session_of(DataPlaneHarness& harness, const std::string& line) {
  const Services services = harness.services();
  const Route route = route_of(line);
  http::Exchange exchange;
  auto lease = harness.run(acquire_session(services, route, exchange, identifier_of(line).value()));
  CHECK(exchange.session == lease.value()->guid());
  return {lease.value()->guid(), lease.value().is_new_allocation()};
}

TEST_CASE("a session is made on first use and found again in every dialect",
          "[api][session_access]") {
  DataPlaneHarness harness;
  const auto [guid, is_new] = session_of(harness, "POST /python/execute?identifier=mine");
  CHECK(is_new);
  for (const std::string line :
       {"POST /code/execute?identifier=mine", "POST /executions?identifier=mine",
        "GET /files?identifier=mine&api-version=2025-10-02-preview"}) {
    CHECK(session_of(harness, line) == std::pair(guid, false));
  }
  CHECK(session_of(harness, "POST /executions?identifier=Mine").first != guid);
}

TEST_CASE("a pool is found again in any casing and shares nothing with others",
          "[api][session_access]") {
  DataPlaneHarness harness;
  const std::string mine =
      "GET /subscriptions/S/resourceGroups/G/sessionPools/P/files?identifier=x";
  const auto [guid, is_new] = session_of(harness, mine);
  CHECK(is_new);
  const std::string lower =
      "GET /SUBSCRIPTIONS/s/resourcegroups/g/sessionpools/p/files?identifier=x";
  CHECK(session_of(harness, lower) == std::pair(guid, false));
  for (const std::string line :
       {"GET /subscriptions/S/resourceGroups/G/sessionPools/Q/files?identifier=x",
        "GET /subscriptions/S/resourceGroups/H/sessionPools/P/files?identifier=x",
        "GET /files?identifier=x"}) {
    CHECK(session_of(harness, line).first != guid);
  }
}

}  // namespace
}  // namespace dynsessions::surfaces::data_plane
