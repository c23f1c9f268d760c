#include <regex>
#include <string>

#include <nlohmann/json.hpp>

#include "tests/support/catch.h"
#include "tests/support/session_count.h"
#include "tests/unit/surfaces/data_plane/requests.h"
#include "tests/unit/surfaces/data_plane/surface_harness.h"

namespace dynsessions::surfaces::data_plane {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

/// Returns the text of an answer, with the session's guid masked.
std::string masked(const http::Response& response) {
  static const std::regex kGuid(R"([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})");
  return std::regex_replace(text_of(response), kGuid, "<guid>");
}

void check_no_session(const http::Response& response) {
  CHECK(response.status == 400);
  CHECK(response.headers.find("x-ms-error-code") == "SessionWithIdentifierNotFound");
}

/// Makes a session that is one minute old and was last used half a minute ago.
void make_session(DataPlaneHarness& harness) {
  harness.send("GET /files?" + kNewest);
  harness.clock().advance(30s);
  harness.send("GET /files?" + kNewest);
  harness.clock().advance(30s);
}

TEST_CASE("a session is shown with its times: made, last used, and cooldown after that",
          "[api][session_management]") {
  DataPlaneHarness harness;
  make_session(harness);
  const http::Response response = harness.send("GET /session?" + kNewest);
  CHECK(response.status == 200);
  CHECK(masked(response) == R"({"identifier":"sess-1","createdAt":"2024-11-11T09:05:02Z",)"
                            R"("lastAccessedAt":"2024-11-11T09:05:32Z",)"
                            R"("expireAt":"2024-11-11T09:10:32Z","etag":"<guid>"})");
}

TEST_CASE("the older path calls the end of a session expiresAt", "[api][session_management]") {
  DataPlaneHarness harness;
  make_session(harness);
  CHECK(masked(harness.send("POST /.management/getSession?identifier=sess-1")) ==
        R"({"identifier":"sess-1","etag":"<guid>","expiresAt":"2024-11-11T09:10:32Z",)"
        R"("createdAt":"2024-11-11T09:05:02Z",)"
        R"("lastAccessedAt":"2024-11-11T09:05:32Z"})");
}

TEST_CASE("looking at a session does not keep it alive", "[api][session_management]") {
  DataPlaneHarness harness;
  harness.send("GET /files?" + kNewest);
  harness.clock().advance(299s);
  CHECK(harness.send("GET /session?" + kNewest).status == 200);
  CHECK(harness.send("GET /listSessions?" + kNewest).status == 200);
  harness.clock().advance(1s);
  check_no_session(harness.send("GET /session?" + kNewest));
}

TEST_CASE("an unknown session is neither shown nor ended nor made", "[api][session_management]") {
  const auto line = GENERATE(
      values<std::string>({"GET /session?identifier=unknown", "DELETE /session?identifier=unknown",
                           "POST /.management/getSession?identifier=unknown",
                           "POST /.management/stopSession?identifier=unknown"}));
  DYNAMIC_SECTION(line) {
    DataPlaneHarness harness;
    check_no_session(harness.send(line));
    CHECK(session_count(harness.pools()) == 0);
  }
}

TEST_CASE("a deleted session is gone at once, and its identifier gets a fresh one",
          "[api][session_management]") {
  DataPlaneHarness harness;
  harness.upload("POST /files?" + kNewest, "x.txt", "old");
  const http::Response deleted = harness.send("DELETE /session?" + kNewest);
  CHECK(deleted.status == 204);
  CHECK(text_of(deleted).empty());
  CHECK_FALSE(deleted.headers.find("content-type"));
  check_no_session(harness.send("DELETE /session?" + kNewest));
  CHECK(text_of(harness.send("GET /files?" + kNewest)) == R"({"value":[]})");
}

TEST_CASE("the older path ends a session with a sentence in plain text",
          "[api][session_management]") {
  DataPlaneHarness harness;
  const std::string pool = "/subscriptions/s/resourceGroups/g/sessionPools/MyPool";
  harness.send("GET " + pool + "/files?identifier=sess-1");
  const http::Response response =
      harness.send("POST " + pool + "/.management/stopSession?identifier=sess-1");
  CHECK(response.status == 200);
  CHECK(text_of(response) == "Session sess-1 in session pool MyPool stopped.");
  CHECK(response.headers.count("content-type") == 1);
  CHECK(response.headers.find("content-type").value_or("").starts_with("text/plain"));
}

TEST_CASE("the sessions of a pool are listed, and only those", "[api][session_management]") {
  DataPlaneHarness harness;
  CHECK(text_of(harness.send("GET /listSessions?api-version=2025-10-02-preview")) ==
        R"({"sessions":[]})");
  CHECK(text_of(harness.send("POST /.management/listSessions?skip=0")) ==
        R"({"value":[],"count":0})");
  make_session(harness);
  harness.send("GET /sessionPools/other/files?identifier=sess-2");
  const std::string shown = masked(harness.send("GET /session?" + kNewest));
  CHECK(masked(harness.send("GET /listSessions?api-version=2025-10-02-preview")) ==
        R"({"sessions":[)" + shown + "]}");
}

TEST_CASE("a long list comes in pages of 300", "[api][session_management]") {
  DataPlaneHarness harness(DataPlaneHarness::hello_world, DataPlaneHarness::default_settings(),
                           {.max_sessions = 400});
  for (int i = 0; i < 301; ++i) harness.send("GET /files?identifier=sess-" + std::to_string(i));
  const json first = json::parse(text_of(harness.send("GET /listSessions")));
  CHECK(first.at("sessions").size() == 300);
  CHECK(first.at("nextLink") ==
        "http://127.0.0.1/listSessions?api-version=2025-10-02-preview&skip=300");
  const json second = json::parse(text_of(harness.send("GET /listSessions?skip=300")));
  CHECK(second.at("sessions").size() == 1);
  CHECK_FALSE(second.contains("nextLink"));
  CHECK(second.at("sessions").at(0) != first.at("sessions").at(299));
  CHECK(text_of(harness.send("GET /listSessions?skip=1000")) == R"({"sessions":[]})");
}

TEST_CASE("a skip that is no number is refused", "[api][session_management]") {
  const auto skip = GENERATE(values<std::string>({"x", "-1", "1.5", "3x", "99999999999999999999"}));
  DYNAMIC_SECTION(skip) {
    DataPlaneHarness harness;
    const http::Response response = harness.send("GET /listSessions?skip=" + skip);
    CHECK(response.status == 400);
    CHECK_THAT(text_of(response), Catch::Contains(R"("target":"skip")"));
  }
}

}  // namespace
}  // namespace dynsessions::surfaces::data_plane
