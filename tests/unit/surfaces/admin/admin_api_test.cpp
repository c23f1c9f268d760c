#include "emulator/surfaces/admin/admin_api.h"

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "tests/support/catch.h"
#include "tests/support/manual_clock.h"
#include "tests/support/text_body.h"
#include "tests/unit/surfaces/data_plane/requests.h"

namespace dynsessions::surfaces::admin {
namespace {

using data_plane::request_of;

namespace asio = boost::asio;

http::Response ask(http::Request request, std::vector<Component> components = {},
                   const std::string& token = {}) {
  const auto health = [&components]() -> asio::awaitable<std::vector<Component>> {
    co_return components;
  };
  const auto server = [] { return std::string(R"({"event":"ready"})"); };
  ManualClock real{Clock::TimePoint()};
  AdjustableClock clock(real);
  const auto make_no_parts = [](const pools::PoolDefinition&, pools::PoolCatalog::Origin) {
    return Result<pools::Pool::Parts>(Error{ErrorCode::internal, "no pools here", {}, {}});
  };
  pools::PoolCatalog pools({}, clock, make_no_parts);
  test_double::FaultBook faults({});
  test_double::Journal journal(1024);
  const auto metrics = [] { return std::string("up 1\n"); };
  test_double::ScriptBook scripts;
  test_double::EventFeed events;
  test_double::SlotHistory slots;
  auth::SigningKeys keys;
  const auth::IdentitySettings identity;
  asio::thread_pool file_pool(1);
  const auto no_packages = [] { return PackageReport(); };
  AdminApi surface({"1.2.3", health, server, metrics, pools, faults, journal, scripts, events,
                    slots, keys, identity, file_pool, no_packages, nullptr},
                   RequestGuard(), token);
  asio::io_context loop;
  http::TextBody body("");
  http::Response response;
  http::Exchange exchange;
  asio::co_spawn(loop, surface.handle(exchange, std::move(request), body),
                 [&](const std::exception_ptr& exception, http::Response answer) {
                   if (exception) std::rethrow_exception(exception);
                   response = std::move(answer);
                 });
  loop.run();
  return response;
}

http::Response ask(const std::string& line, std::vector<Component> components = {}) {
  return ask(request_of(line), std::move(components));
}

void check_json(const http::Response& response, unsigned status, const std::string& text) {
  CHECK(response.status == status);
  CHECK(response.headers.find("content-type") == "application/json; charset=utf-8");
  CHECK(response.headers.find("cache-control") == "no-store");
  CHECK(std::get<std::string>(response.body) == text);
}

TEST_CASE("the emulator is live as long as it answers", "[api][admin]") {
  check_json(ask("GET /health/live", {{"sandbox", false, "broken"}}), 200, R"({"status":"live"})");
}

TEST_CASE("the emulator is ready when every component is", "[api][admin]") {
  check_json(ask("GET /health/ready"), 200, R"({"status":"ready","components":[]})");
  check_json(ask("GET /health/ready", {{"launcher", true, "full"}, {"python", true, "3.12"}}), 200,
             R"({"status":"ready","components":[{"name":"launcher","ready":true,"detail":"full"},)"
             R"({"name":"python","ready":true,"detail":"3.12"}]})");
}

TEST_CASE("one component that is not ready is enough to say so, with its reason", "[api][admin]") {
  check_json(ask("GET /health/ready", {{"launcher", true, ""}, {"python", false, "no \"numpy\""}}),
             503,
             R"({"status":"not ready","components":[{"name":"launcher","ready":true,"detail":""},)"
             R"({"name":"python","ready":false,"detail":"no \"numpy\""}]})");
}

TEST_CASE("the version is answered with the program's name", "[api][admin]") {
  check_json(ask("GET /version"), 200, R"({"name":"dynsessions","version":"1.2.3"})");
}

TEST_CASE("HEAD is answered like GET", "[api][admin]") {
  CHECK(ask("HEAD /health/live").status == 200);
  CHECK(ask("HEAD /health/ready", {{"python", false, ""}}).status == 503);
}

TEST_CASE("anything else is refused with the field that is wrong", "[api][admin]") {
  struct Row {
    std::string line;
    unsigned status;
    std::string field;
  };
  const auto row = GENERATE(values<Row>({{"GET /", 404, "path"},
                                         {"GET /health", 404, "path"},
                                         {"GET /health/live/x", 404, "path"},
                                         {"GET /files", 404, "path"},
                                         {"GET /pools/p/health/live", 404, "path"},
                                         {"GET /pools/p", 404, "pool"},
                                         {"POST /health/live", 405, "method"},
                                         {"POST /pools/p", 405, "method"},
                                         {"DELETE /version", 405, "method"}}));
  DYNAMIC_SECTION(row.line) {
    const http::Response response = ask(row.line);
    CHECK(response.status == row.status);
    CHECK_THAT(std::get<std::string>(response.body),
               Catch::Contains(R"("field":")" + row.field + '"'));
  }
}

TEST_CASE("web pages learn nothing from the admin API, not even its version", "[api][admin]") {
  struct Row {
    std::string header, value;
    unsigned status;
  };
  const auto row = GENERATE(values<Row>({{"Host", "evil.example:7071", 421},
                                         {"Origin", "http://evil.example", 403},
                                         {"Origin", "null", 403}}));
  DYNAMIC_SECTION(row.header << ": " << row.value) {
    for (const std::string path : {"/health/live", "/health/ready", "/version", "/"}) {
      http::Request request = request_of("GET " + path);
      request.headers.add(row.header, row.value);
      const http::Response response = ask(std::move(request));
      CHECK(response.status == row.status);
      CHECK(response.headers.count("x-emulator-reason") == 1);
      CHECK_THAT(std::get<std::string>(response.body), !Catch::Contains("1.2.3"));
    }
  }
}

http::Response ask_with(const std::string& line, const std::string& authorization) {
  http::Request request = request_of(line);
  if (!authorization.empty()) request.headers.add("Authorization", authorization);
  return ask(std::move(request), {}, "the-token");
}

TEST_CASE("a token of the admin API is needed for all but health and version", "[api][admin]") {
  CHECK(ask_with("GET /pools", "Bearer the-token").status == 200);
  CHECK(ask_with("GET /pools", "bearer  the-token ").status == 200);
  const std::string wrong = GENERATE(as<std::string>{}, "", "Bearer the-toke", "Bearer the-token2",
                                     "Basic the-token", "the-token", "Bearer");
  INFO(wrong);
  const http::Response refused = ask_with("GET /pools", wrong);
  CHECK(refused.status == 401);
  CHECK(refused.headers.find("www-authenticate") == "Bearer");
  CHECK(ask_with("POST /healthy", wrong).status == 401);
  CHECK(ask_with("GET /", wrong).status == 401);
  CHECK(ask_with("GET /health/live", wrong).status == 200);
  CHECK(ask_with("GET /version", wrong).status == 200);
}

TEST_CASE("metrics and document are served as they are", "[api][admin]") {
  const http::Response metrics = ask("GET /metrics");
  CHECK(metrics.headers.find("content-type") == "text/plain; version=0.0.4; charset=utf-8");
  CHECK(std::get<std::string>(metrics.body) == "up 1\n");
  CHECK(ask("GET /openapi.json").status == 200);
}

}  // namespace
}  // namespace dynsessions::surfaces::admin
