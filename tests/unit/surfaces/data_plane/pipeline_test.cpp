#include <string>
#include <vector>

#include "emulator/surfaces/data_plane/data_plane.h"
#include "tests/support/catch.h"
#include "tests/support/session_count.h"
#include "tests/unit/surfaces/data_plane/requests.h"
#include "tests/unit/surfaces/data_plane/surface_harness.h"

namespace dynsessions::surfaces::data_plane {
namespace {

namespace asio = boost::asio;

TEST_CASE("the exchange of an execute says what it was about", "[api][exchange]") {
  DataPlaneHarness harness;
  const http::Response response = harness.send(
      "POST /subscriptions/S/resourceGroups/G/sessionPools/P/code/execute"
      "?api-version=2024-02-02-preview&identifier=mine",
      R"({"properties":{"code":"1"}})");
  REQUIRE(response.status == 200);
  const http::Exchange& exchange = harness.exchange();
  CHECK(exchange.surface == "data-plane");
  CHECK(exchange.operation == "execute");
  CHECK(exchange.subscription == "S");
  CHECK(exchange.resource_group == "G");
  CHECK(exchange.pool == "P");
  CHECK(exchange.api_version == "2024-02-02-preview");
  CHECK(exchange.identifier == "mine");
  CHECK(exchange.session == response.headers.find("x-ms-session-guid"));
  CHECK(exchange.correlation_id == response.headers.find("mise-correlation-id"));
  CHECK_FALSE(exchange.refusal);
  CHECK(exchange.reason.empty());
}

TEST_CASE("an identifier in the body is that of the exchange", "[api][exchange]") {
  DataPlaneHarness harness;
  harness.send("POST /python/execute",
               R"({"properties":{"pythonCode":"1","identifier":"inside"}})");
  CHECK(harness.exchange().identifier == "inside");
}

TEST_CASE("a program that a limit ended leaves the reason in the exchange", "[api][exchange]") {
  DataPlaneHarness harness([](const execution::ExecutionRequest&) {
    execution::ExecutionResult result;
    result.outcome = execution::ExecutionOutcome::out_of_memory;
    return Result<execution::ExecutionResult>(result);
  });
  const http::Response response =
      harness.send("POST /code/execute?identifier=mine", R"({"properties":{"code":"1"}})");
  CHECK(harness.exchange().reason == response.headers.find("x-emulator-reason"));
  CHECK_THAT(harness.exchange().reason, Catch::StartsWith("memory: "));
  CHECK_FALSE(harness.exchange().refusal);
}

TEST_CASE("the exchange of a refusal says who refused, and why", "[api][exchange]") {
  struct Row {
    std::string what, line, header, value, by, operation;
    ErrorCode code;
  };
  const auto row = GENERATE(values<Row>({
      {"a foreign host", "GET /files?identifier=s", "Host", "evil.example", "guard", "list_files",
       ErrorCode::host_not_allowed},
      {"a web page", "GET /files?identifier=s", "Origin", "http://evil.example", "guard",
       "list_files", ErrorCode::origin_not_allowed},
      {"no token", "GET /files?identifier=s", "Authorization", "", "token", "list_files",
       ErrorCode::unauthenticated},
      {"an unknown path", "GET /nothing", "Authorization", "Bearer x", "router", "",
       ErrorCode::route_not_found},
      {"an unknown file", "GET /files/x?identifier=s", "Authorization", "Bearer x", "operation",
       "get_file", ErrorCode::file_not_found},
  }));
  DYNAMIC_SECTION(row.what) {
    DataPlaneHarness harness;
    http::Headers headers;
    headers.add(row.header, row.value);
    const http::Response response = harness.send(row.line, "", headers);
    const http::Exchange& exchange = harness.exchange();
    CHECK(exchange.refused_by == row.by);
    CHECK(exchange.operation == row.operation);
    CHECK(exchange.pool == "default");
    REQUIRE(exchange.refusal);
    CHECK(exchange.refusal->code == row.code);
    CHECK(exchange.reason == response.headers.find("x-emulator-reason").value_or(""));
  }
}

TEST_CASE("the exchange has the reason that an exact server does not send", "[api][exchange]") {
  DataPlaneSettings settings = DataPlaneHarness::default_settings();
  settings.own_headers = false;
  DataPlaneHarness harness(DataPlaneHarness::hello_world, settings);
  const http::Response response = harness.send("GET /files?identifier=s", "", {});
  CHECK_FALSE(response.headers.find("x-emulator-reason"));
  CHECK_FALSE(harness.exchange().reason.empty());
}

/// Records the requests that reach it, and answers them itself if the test sets this.
class Witness final : public http::Filter {
 public:
  asio::awaitable<http::Answer> handle(http::Call& call, http::Next next) override {
    seen.emplace_back(call.exchange.operation);
    if (answer_itself) {
      http::Response own;
      own.status = 503;
      co_return own;
    }
    http::Answer answer = co_await next(call);
    has_headers = answer && answer->headers.find("mise-correlation-id");
    co_return answer;
  }

  std::vector<std::string> seen;
  bool answer_itself = false;
  bool has_headers = false;
};

TEST_CASE("a further filter can stand in front of operations and behind the guard",
          "[api][exchange]") {
  Witness fault;
  DataPlaneSettings settings = DataPlaneHarness::default_settings();
  settings.inner_filters = {&fault};
  DataPlaneHarness harness(DataPlaneHarness::hello_world, settings);
  harness.send("GET /files?identifier=s", "",
               {});  // without a token the request does not reach this filter
  CHECK(fault.seen.empty());
  harness.send("GET /nothing");
  harness.send("GET /files?identifier=s");
  CHECK(fault.seen == std::vector<std::string>{"", "list_files"});
  CHECK_FALSE(fault.has_headers);

  fault.answer_itself = true;
  const http::Response response = harness.send("GET /files?identifier=new");
  CHECK(response.status == 503);
  CHECK(response.headers.find("mise-correlation-id") == harness.exchange().correlation_id);
  CHECK(session_count(harness.pools()) == 1);  // the operation did not run
}

TEST_CASE("a further filter can see every finished answer", "[api][exchange]") {
  Witness journal;
  DataPlaneSettings settings = DataPlaneHarness::default_settings();
  settings.outer_filters = {&journal};
  DataPlaneHarness harness(DataPlaneHarness::hello_world, settings);
  harness.send("GET /files?identifier=s", "", {});
  CHECK(journal.seen == std::vector<std::string>{"list_files"});
  CHECK(journal.has_headers);
}

}  // namespace
}  // namespace dynsessions::surfaces::data_plane
