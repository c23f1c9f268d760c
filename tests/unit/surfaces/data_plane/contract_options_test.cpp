// The contract options of the data plane: each value of every option.

#include <string>

#include <nlohmann/json.hpp>

#include "tests/support/catch.h"
#include "tests/support/session_count.h"
#include "tests/unit/surfaces/data_plane/requests.h"
#include "tests/unit/surfaces/data_plane/surface_harness.h"

namespace dynsessions::surfaces::data_plane {
namespace {

using contract::ContractOptions;
using nlohmann::json;

struct HarnessWithOptions : DataPlaneHarness {
  explicit HarnessWithOptions(const ContractOptions& options, Script script = hello_world,
                              pools::PoolDefinition pool = {})
      : DataPlaneHarness(std::move(script), settings_with(options), pool) {}

  static DataPlaneSettings settings_with(const ContractOptions& options) {
    DataPlaneSettings settings = default_settings();
    settings.contract_options = options;
    return settings;
  }
};

http::Response upload_of(DataPlaneHarness& harness, const std::string& query,
                         const std::string& name) {
  return harness.upload("POST /files?" + query + kNewest, name, "content");
}

TEST_CASE("an unknown api-version is answered in the newest dialect with a warning",
          "[api][options]") {
  const std::string line = "POST /executions?identifier=sess-1&api-version=2026-07-01-preview";
  DataPlaneHarness harness;
  const http::Response response = harness.send(line, R"({"code":"1"})");
  CHECK(response.status == 200);
  CHECK(response.headers.find("x-emulator-warning") ==
        "unknown api-version; answered as 2025-10-02-preview");
  CHECK(harness.send(line, "{}").headers.count("x-emulator-warning") == 1);  // refused
  CHECK(harness.send("POST /executions?" + kNewest, R"({"code":"1"})")
            .headers.count("x-emulator-warning") == 0);
  CHECK(harness.send("GET /files?identifier=sess-1").headers.count("x-emulator-warning") == 0);

  DataPlaneSettings exact = DataPlaneHarness::default_settings();
  exact.own_headers = false;
  DataPlaneHarness silent(DataPlaneHarness::hello_world, exact);
  const http::Response same = silent.send(line, R"({"code":"1"})");
  CHECK(same.status == 200);
  CHECK(same.headers.count("x-emulator-warning") == 0);
}

TEST_CASE("an unknown api-version can be refused with 400, or with 401 and no body",
          "[api][options]") {
  ContractOptions options;
  options.unknown_api_version = contract::UnknownVersion::reject;
  HarnessWithOptions rejecting(options);
  const std::string line = "GET /files?identifier=sess-1&api-version=2026-07-01-preview";
  const http::Response rejected = rejecting.send(line);
  CHECK(rejected.status == 400);
  const json error = json::parse(text_of(rejected)).at("error");
  CHECK(error.at("code") == "SessionRequestValidationFailed");
  CHECK(error.at("target") == "api-version");
  CHECK(rejecting.send("GET /files?" + kNewest).status == 200);

  options.unknown_api_version = contract::UnknownVersion::unauthorized;
  HarnessWithOptions unauthorized(options);
  const http::Response refused = unauthorized.send(line);
  CHECK(refused.status == 401);
  CHECK(text_of(refused).empty());
  CHECK(unauthorized.send("GET /files?" + kNewest).status == 200);
  CHECK(session_count(unauthorized.pools()) == 1);
}

TEST_CASE("a missing api-version can be refused, but not in the python dialect", "[api][options]") {
  ContractOptions options;
  options.missing_api_version = contract::MissingVersion::reject;
  HarnessWithOptions harness(options);
  CHECK(harness.send("GET /files?identifier=sess-1").status == 400);
  CHECK(harness.send("GET /python/files?identifier=sess-1").status == 200);
  CHECK(DataPlaneHarness().send("GET /files?identifier=sess-1").status == 200);
}

TEST_CASE("a full pool and a missing session have the chosen statuses", "[api][options]") {
  ContractOptions options;
  options.pool_full = contract::PoolFull::too_many_requests;
  options.session_missing = contract::SessionMissing::not_found;
  HarnessWithOptions harness(options, DataPlaneHarness::hello_world, {.max_sessions = 1});
  CHECK(harness.send("DELETE /session?" + kNewest).status == 404);
  CHECK(harness.send("GET /session?" + kNewest).status == 404);
  CHECK(harness.send("GET /files?" + kNewest).status == 200);
  const http::Response full = harness.send("GET /files?identifier=other");
  CHECK(full.status == 429);
  CHECK(full.headers.find("x-ms-error-code") == "SessionPoolExhausted");
}

TEST_CASE("object ids can be put everywhere and nowhere", "[api][options]") {
  ContractOptions options;
  options.object_ids = contract::ByVersion::always;
  HarnessWithOptions always(options);
  CHECK(text_of(always.send("GET /files?" + kNewest)) == R"({"$id":"1","value":[]})");
  CHECK_THAT(text_of(always.send("GET /listSessions?" + kNewest)),
             Catch::StartsWith(R"({"$id":"1","sessions":[{"$id":"2","identifier":)"));
  CHECK_THAT(text_of(always.send("POST /.management/listSessions")),
             Catch::StartsWith(R"({"value":[{"identifier":)"));  // documented without these members
  options.object_ids = contract::ByVersion::never;
  HarnessWithOptions never(options);
  CHECK(text_of(never.send("GET /files?identifier=s1&api-version=2024-02-02-preview")) ==
        R"({"value":[]})");
}

TEST_CASE("identifiers can be held to the documentation's rule at every version",
          "[api][options]") {
  ContractOptions options;
  options.identifiers = contract::IdentifierCharacters::documented;
  HarnessWithOptions strict(options);
  DataPlaneHarness harness;
  for (const std::string identifier : {"abc", "with_underscore", "with.dot"}) {
    const std::string line = "GET /files?api-version=2024-02-02-preview&identifier=" + identifier;
    CHECK(strict.send(line).status == 400);
    CHECK(harness.send(line).status == 200);
  }
  CHECK(strict.send("GET /files?api-version=2024-02-02-preview&identifier=abcd-1").status == 200);
}

TEST_CASE("the type of an upload can be empty, as it was recorded in 2024", "[api][options]") {
  ContractOptions options;
  options.upload_type = contract::UploadType::empty;
  HarnessWithOptions harness(options);
  CHECK_THAT(text_of(upload_of(harness, "", "x.txt")),
             Catch::Contains(R"("type":"","contentType":"","sizeInBytes":7)"));
  CHECK_THAT(text_of(harness.send("GET /files/x.txt?" + kNewest)),
             Catch::Contains(R"("type":"file","contentType":"text/plain; charset=utf-8")"));
}

TEST_CASE("the type of a file can be in all metadata or in none", "[api][options]") {
  const std::string old = "GET /files/x.txt?identifier=sess-1&api-version=2024-10-02-preview";
  ContractOptions options;
  options.metadata_type = contract::ByVersion::always;
  HarnessWithOptions always(options);
  upload_of(always, "", "x.txt");
  CHECK_THAT(text_of(always.send(old)), Catch::Contains(R"("type":"file")"));
  options.metadata_type = contract::ByVersion::never;
  HarnessWithOptions never(options);
  CHECK_THAT(text_of(upload_of(never, "", "x.txt")), Catch::Contains(R"("type":"file")"));
  CHECK_THAT(text_of(never.send("GET /files/x.txt?" + kNewest)), !Catch::Contains("ype"));
}

TEST_CASE("file names can be held to the documented characters", "[api][options]") {
  struct Row {
    std::string query, name;
    bool documented;
  };
  const auto row = GENERATE(values<Row>({
      {"", "a-b_c d.e@f$g&h=i;j,k#l%m^n(o).txt", true},
      {"", "\xC3\xB6.csv", true},
      {"path=a/b-c&", "x.txt", true},
      {"", "a+b.txt", false},
      {"", "a'b.txt", false},
      {"", "a\tb.txt", false},
      {"path=a.b&", "x.txt", false},
      {"path=a/b!c&", "x.txt", false},
  }));
  DYNAMIC_SECTION(row.query << row.name) {
    ContractOptions options;
    options.file_names = contract::FileNames::documented;
    HarnessWithOptions strict(options);
    DataPlaneHarness harness;
    CHECK(upload_of(harness, row.query, row.name).status == 200);
    const http::Response response = upload_of(strict, row.query, row.name);
    CHECK(response.status == (row.documented ? 200 : 400));
    if (row.documented) return;
    CHECK(json::parse(text_of(response)).at("error").at("target") ==
          (row.query.empty() ? "filename" : "path"));
  }
}

TEST_CASE("a lenient server runs a wrapped body and finds its identifier", "[api][options]") {
  ContractOptions options;
  options.lenient_bodies = true;
  HarnessWithOptions lenient(options);
  DataPlaneHarness harness;
  const std::string line = "POST /executions?api-version=2025-10-02-preview";
  const std::string body = R"({"properties":{"code":"1","identifier":"from-body"}})";
  CHECK(lenient.send(line, body).status == 200);
  CHECK(lenient.send("GET /session?api-version=2025-10-02-preview&identifier=from-body").status ==
        200);
  CHECK(harness.send(line, body).status == 400);
}

TEST_CASE("the identifier of a wrapped body counts when the query has none", "[api][options]") {
  DataPlaneHarness harness;
  const std::string body = R"({"properties":{"code":"1","identifier":"from-body"}})";
  const std::string line = "POST /code/execute?api-version=2024-02-02-preview";
  CHECK(harness.send(line, body).status == 200);
  CHECK(harness.send(line + "&identifier=from-body", body).status == 200);
  CHECK(session_count(harness.pools()) == 1);
  CHECK(harness.send(line + "&identifier=from-query", body).status == 200);
  CHECK(session_count(harness.pools()) == 2);
}

TEST_CASE("the newest version tells whether the call made the session", "[api][execute]") {
  const std::string name = "x-ms-new-allocation";
  DataPlaneHarness harness;
  const std::string line = "POST /executions?" + kNewest;
  CHECK(harness.send(line, R"({"code":"1"})").headers.find(name) == "true");
  CHECK(harness.send(line, R"({"code":"1"})").headers.find(name) == "false");
  CHECK(harness.send(line, R"({"code":"1","executionType":"Asynchronous"})").headers.find(name) ==
        "false");
  CHECK(harness.send("GET /files?" + kNewest).headers.count(name) == 0);
  const std::string older = "POST /executions?identifier=sess-2&api-version=2025-02-02-preview";
  CHECK(harness.send(older, R"({"code":"1"})").headers.count(name) == 0);
}

TEST_CASE("the kernel of a call reaches the interpreter", "[api][execute]") {
  execution::ExecutionRequest seen;
  DataPlaneHarness harness([&seen](const execution::ExecutionRequest& request) {
    seen = request;
    return DataPlaneHarness::hello_world(request);
  });
  harness.send("POST /executions?" + kNewest, R"({"code":"1","useEmptyKernel":true})");
  CHECK(seen.kernel == execution::Kernel::empty);
  harness.send("POST /executions?" + kNewest, R"({"code":"1"})");
  CHECK(seen.kernel == execution::Kernel::synchronous);
}

}  // namespace
}  // namespace dynsessions::surfaces::data_plane
