#include "emulator/surfaces/data_plane/data_plane.h"

#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "emulator/auth/test_token.h"
#include "tests/support/catch.h"
#include "tests/support/session_count.h"
#include "tests/unit/surfaces/data_plane/requests.h"
#include "tests/unit/surfaces/data_plane/surface_harness.h"

namespace dynsessions::surfaces::data_plane {
namespace {

using nlohmann::json;

void check_refused(const http::Response& response, unsigned status, const std::string& code) {
  CHECK(response.status == status);
  CHECK(json::parse(text_of(response)).at("error").at("code") == code);
  CHECK(response.headers.find("x-ms-error-code") == code);
}

TEST_CASE("every answer has the headers that every recorded answer has", "[api][surface]") {
  const auto line = GENERATE(values<std::string>({
      "POST /executions?identifier=s1",  // refused, because the body is missing
      "GET /files?identifier=s1",
      "GET /files/missing?identifier=s1",
      "GET /nothing",
      "DELETE /files",
  }));
  DYNAMIC_SECTION(line) {
    DataPlaneHarness harness;
    const http::Response response = harness.send(line);
    CHECK(response.headers.find("date") == "Mon, 11 Nov 2024 09:05:02 GMT");
    CHECK(response.headers.find("server") == "Microsoft-IIS/10.0");
    CHECK(response.headers.find("x-powered-by") == "ASP.NET");
    CHECK(response.headers.count("mise-correlation-id") == 1);
    CHECK(response.headers.count("content-type") == 1);
    CHECK(response.framing == http::Framing::chunked);
  }
}

TEST_CASE("a request without a usable token is 401 without a body", "[api][surface]") {
  const auto authorization = GENERATE(
      values<std::string>({"", "Bearer", "Bearer ", "Bearer   ", "Basic dXNlcjpwYXNz", "token"}));
  DYNAMIC_SECTION("authorization: '" << authorization << "'") {
    http::Headers headers;
    if (!authorization.empty()) headers.add("Authorization", authorization);
    DataPlaneHarness harness;
    const http::Response response = harness.send("GET /files?identifier=s1", "", headers);
    CHECK(response.status == 401);
    CHECK(text_of(response).empty());
    CHECK(response.headers.find("www-authenticate").value_or("").starts_with("Bearer"));
    CHECK(response.headers.count("mise-correlation-id") == 1);
    CHECK_FALSE(response.headers.find("content-type"));
    CHECK(session_count(harness.pools()) == 0);
  }
}

TEST_CASE("the token is asked for before anything else is said", "[api][surface]") {
  DataPlaneHarness harness;
  CHECK(harness.send("GET /nothing", "", {}).status == 401);
  CHECK(harness.send("PUT /files", "", {}).status == 401);
}

TEST_CASE("the scheme of a token may have any casing, and the token any value", "[api][surface]") {
  http::Headers headers;
  headers.add("authorization", "bearer x");
  DataPlaneHarness harness;
  CHECK(harness.send("GET /files?identifier=s1", "", headers).status == 200);
}

TEST_CASE("without the token rule no token is needed", "[api][surface]") {
  DataPlaneSettings settings = DataPlaneHarness::default_settings();
  settings.token_policy.rule = auth::TokenRule::off;
  DataPlaneHarness harness(DataPlaneHarness::hello_world, settings);
  CHECK(harness.send("GET /files?identifier=s1", "", {}).status == 200);
}

TEST_CASE("the time of a token is checked by the emulator's clock", "[api][surface]") {
  DataPlaneSettings settings = DataPlaneHarness::default_settings();
  settings.token_policy.rule = auth::TokenRule::claims;
  DataPlaneHarness harness(DataPlaneHarness::hello_world, settings);
  const auto now = std::chrono::floor<std::chrono::seconds>(DataPlaneHarness::kNow);
  http::Headers headers;
  headers.add("Authorization", "Bearer " + auth::make_test_token({}, now));
  CHECK(harness.send("GET /files?identifier=s1", "", headers).status == 200);
  harness.clock().advance(std::chrono::hours(1));
  const http::Response late = harness.send("GET /files?identifier=s1", "", headers);
  CHECK(late.status == 401);
  CHECK(late.headers.find("www-authenticate") ==
        R"(Bearer error="invalid_token", error_description="The token is expired")");
}

TEST_CASE("a token without the role is 403 in the envelope, or 401 when set so", "[api][surface]") {
  DataPlaneSettings settings = DataPlaneHarness::default_settings();
  settings.token_policy.rule = auth::TokenRule::claims;
  auth::TestToken token;
  token.role = "Reader";
  const auto now = std::chrono::floor<std::chrono::seconds>(DataPlaneHarness::kNow);
  http::Headers headers;
  headers.add("Authorization", "Bearer " + auth::make_test_token(token, now));
  const std::string line = "GET /files?identifier=s1";

  DataPlaneHarness by_default(DataPlaneHarness::hello_world, settings);
  check_refused(by_default.send(line, "", headers), 403, "AuthorizationFailed");
  settings.token_policy.missing_role = auth::MissingRole::unauthenticated;
  DataPlaneHarness as_401(DataPlaneHarness::hello_world, settings);
  const http::Response response = as_401.send(line, "", headers);
  CHECK(response.status == 401);
  CHECK(text_of(response).empty());
  settings.token_policy.executors = {token.oid};
  DataPlaneHarness mapped(DataPlaneHarness::hello_world, settings);
  CHECK(mapped.send(line, "", headers).status == 200);
}

TEST_CASE("a web page is refused before its token is looked at, and starts no session",
          "[api][surface]") {
  const auto [header, value, status, code] =
      GENERATE(table<std::string, std::string, unsigned, std::string>({
          {"Host", "evil.example", 421, "HostNotAllowed"},
          {"Origin", "https://evil.example", 403, "OriginNotAllowed"},
      }));
  DYNAMIC_SECTION(header) {
    DataPlaneSettings settings = DataPlaneHarness::default_settings();
    settings.token_policy.rule = auth::TokenRule::off;
    DataPlaneHarness harness(DataPlaneHarness::hello_world, settings);
    http::Headers headers;
    headers.add(header, value);
    const http::Response response =
        harness.send("POST /executions?" + kNewest, R"({"code":"1"})", headers);
    check_refused(response, status, code);
    CHECK(response.headers.count("x-emulator-reason") == 1);
    CHECK(session_count(harness.pools()) == 0);
  }
}

TEST_CASE("the hosts of the settings are answered", "[api][surface]") {
  DataPlaneSettings settings = DataPlaneHarness::default_settings();
  settings.allowed_hosts = {"emulator.example"};
  DataPlaneHarness harness(DataPlaneHarness::hello_world, settings);
  http::Headers headers = DataPlaneHarness::token();
  headers.add("Host", "emulator.example:7070");
  CHECK(harness.send("GET /files?identifier=s1", "", headers).status == 200);
}

TEST_CASE("a refusal explains itself in a header, except with --exact", "[api][surface]") {
  DataPlaneSettings exact = DataPlaneHarness::default_settings();
  exact.own_headers = false;
  DataPlaneHarness explaining;
  DataPlaneHarness silent(DataPlaneHarness::hello_world, exact);
  const std::string line = "POST /executions?" + kNewest;
  const std::string wrapped = R"({"properties":{"code":"1"}})";

  CHECK(explaining.send(line, wrapped).headers.find("x-emulator-reason") ==
        "body is wrapped in \"properties\"; this api-version takes it flat");
  CHECK(explaining.send(line, wrapped, {}).headers.count("x-emulator-reason") == 1);  // the 401
  CHECK(explaining.send(line, R"({"code":"1"})").headers.count("x-emulator-reason") == 0);
  CHECK(silent.send(line, wrapped).headers.count("x-emulator-reason") == 0);
  CHECK(silent.send(line, wrapped, {}).headers.count("x-emulator-reason") == 0);
}

TEST_CASE("the correlation id of a refusal is its trace id, and new for each request",
          "[api][surface]") {
  DataPlaneHarness harness;
  const http::Response first = harness.send("GET /nothing");
  const http::Response second = harness.send("GET /nothing");
  const std::string id(first.headers.find("mise-correlation-id").value());
  CHECK(json::parse(text_of(first)).at("error").at("traceId") == id);
  CHECK(second.headers.find("mise-correlation-id") != id);
}

TEST_CASE("a request that never became one is refused like any other", "[api][surface]") {
  DataPlaneHarness harness;
  http::Exchange exchange;
  exchange.correlation_id = "an-id";
  const http::Response response =
      harness.surface().refuse(exchange, invalid_request("The request target is bad.", "", "why"));
  check_refused(response, 400, "SessionRequestValidationFailed");
  CHECK(response.headers.find("server") == "Microsoft-IIS/10.0");
  CHECK(response.headers.find("x-emulator-reason") == "why");
  CHECK(json::parse(text_of(response)).at("error").at("traceId") ==
        std::string(response.headers.find("mise-correlation-id").value()));
}

TEST_CASE("an uploaded file is listed, described, downloaded and deleted in every dialect",
          "[api][surface]") {
  struct Dialects {
    std::string what, upload, list, get, content, remove;
  };
  const auto row = GENERATE(values<Dialects>({
      {"python", "POST /python/uploadFile?", "GET /python/files?", "",
       "GET /python/downloadFile?filename=my%20data.bin&", ""},
      {"wrapped", "POST /files/upload?api-version=2024-02-02-preview&",
       "GET /files?api-version=2024-02-02-preview&", "GET /files/my%20data.bin?",
       "GET /files/content/my%20data.bin?", "DELETE /files/my%20data.bin?"},
      {"flat", "POST /files?api-version=2025-10-02-preview&",
       "GET /files?api-version=2025-10-02-preview&",
       "GET /files/my%20data.bin?api-version=2025-10-02-preview&",
       "GET /files/my%20data.bin/content?", "DELETE /files/my%20data.bin?"},
  }));
  DYNAMIC_SECTION(row.what) {
    std::string content(300'000, '\0');  // contains every byte value and is longer than a buffer
    for (std::size_t i = 0; i < content.size(); ++i)
      content[i] = static_cast<char>(i * 7 + i / 256);
    const std::string session = "identifier=sess-1";
    DataPlaneHarness harness;
    CHECK(harness.upload(row.upload + session, "my data.bin", content).status == 200);
    CHECK_THAT(text_of(harness.send(row.list + session)), Catch::Contains(R"("my data.bin")"));
    CHECK((text_of(harness.send(row.content + session)) == content));
    if (row.get.empty()) return;  // the python dialect has no further operation
    CHECK_THAT(text_of(harness.send(row.get + session)), Catch::Contains(":300000,"));
    CHECK(harness.send(row.remove + session).status == 204);
    check_refused(harness.send(row.get + session), 404, "GetFileError");
    check_refused(harness.send(row.content + session), 404, "DownloadFileError");
    check_refused(harness.send(row.remove + session), 404, "DeleteFileError");
  }
}

TEST_CASE("a directory is made by an upload, listed, and looked into on request",
          "[api][surface]") {
  DataPlaneHarness harness;
  harness.upload("POST /files?path=a/b&" + kNewest, "x.txt", "deep");
  harness.upload("POST /files?" + kNewest, "/mnt/data/y.txt", "flat");

  const auto names = [&](const std::string& query) {
    const json listing = json::parse(text_of(harness.send("GET /files?" + query + kNewest)));
    std::vector<std::string> found;
    for (const json& entry : listing.at("value")) {
      found.push_back(std::string(entry.at("directory")) + " " + std::string(entry.at("name")));
    }
    return found;
  };
  using Names = std::vector<std::string>;
  // Files made in one tick of the clock have no order on a disk; listing_test.cpp tests the order
  // on a tmpfs.
  CHECK_THAT(names(""), Catch::UnorderedEquals(Names{". a", ". y.txt"}));
  CHECK_THAT(names("recursive=true&"),
             Catch::UnorderedEquals(Names{". a", "a b", "a/b x.txt", ". y.txt"}));
  CHECK(names("recursive=True&path=a&") == Names{"a b", "a/b x.txt"});
  CHECK(names("recursive=false&path=/mnt/data/a&") == Names{"a b"});
  CHECK(text_of(harness.send("GET /files/content/a/b/x.txt?" + kNewest)) == "deep");
  CHECK(text_of(harness.send("GET /files/x.txt/content?path=a/b&" + kNewest)) == "deep");
}

TEST_CASE("the older dialects list files only, each with its path", "[api][surface]") {
  DataPlaneHarness harness;
  harness.upload("POST /files?path=a&" + kNewest, "x.txt", "deep");
  const auto wrapped = json::parse(
      text_of(harness.send("GET /files?identifier=sess-1&api-version=2024-02-02-preview")));
  REQUIRE(wrapped.at("value").size() == 1);
  CHECK(wrapped.at("value").at(0).at("properties").at("filename") == "a/x.txt");
  const auto python = json::parse(text_of(harness.send("GET /python/files?identifier=sess-1")));
  REQUIRE(python.at("$values").size() == 1);
  CHECK(python.at("$values").at(0).at("filename") == "a/x.txt");
}

TEST_CASE("a file is refused where a directory is named, and the other way round",
          "[api][surface]") {
  DataPlaneHarness harness;
  harness.upload("POST /files?path=a&" + kNewest, "x.txt", "");
  check_refused(harness.send("GET /files/a/content?" + kNewest), 400,
                "SessionRequestValidationFailed");
  check_refused(harness.send("DELETE /files/a?" + kNewest), 400, "SessionRequestValidationFailed");
  check_refused(harness.send("GET /files?path=a/x.txt&" + kNewest), 404, "GetFileError");
  check_refused(harness.send("GET /files?path=missing&" + kNewest), 404, "GetFileError");
}

TEST_CASE("a body without a file is refused", "[api][surface]") {
  const auto body = GENERATE(values<std::string>({
      "",
      "testing",
      "--b--\r\n",
      "--b\r\nContent-Disposition: form-data; name=\"other\"; filename=\"x\"\r\n\r\n1\r\n--b--\r\n",
      "--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nno filename\r\n--b--\r\n",
      std::string("--b\r\nContent-Disposition: form-data; name=\"file\"; ") +
          "filename=\"..\"\r\n\r\n1\r\n--b--\r\n",
  }));
  DYNAMIC_SECTION("body: " << body) {
    http::Headers headers = DataPlaneHarness::token();
    headers.add("Content-Type", "multipart/form-data; boundary=b");
    DataPlaneHarness harness;
    check_refused(harness.send("POST /files?" + kNewest, body, headers), 400,
                  "SessionRequestValidationFailed");
    CHECK(text_of(harness.send("GET /files?" + kNewest)) == R"({"value":[]})");
  }
}

TEST_CASE("an upload that breaks off leaves nothing behind", "[api][surface]") {
  DataPlaneHarness harness;
  http::Request request = request_of("POST /files?" + kNewest);
  request.headers = DataPlaneHarness::token();
  request.headers.add("Content-Type", "multipart/form-data; boundary=b");
  http::TextBody body(
      "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\nhalf", 7,
      invalid_request("The client broke off."));
  const http::Response answer = harness.send(std::move(request), body);
  CHECK(answer.status == 400);
  CHECK(text_of(harness.send("GET /files?" + kNewest)) == R"({"value":[]})");
}

TEST_CASE("an upload that announces more than 128 MB is refused unread", "[api][surface]") {
  DataPlaneHarness harness;
  http::Request request = request_of("POST /files?" + kNewest);
  request.headers = DataPlaneHarness::token();
  request.content_length = std::uint64_t{129} << 20;
  http::TextBody body("--b\r\n");
  check_refused(harness.send(std::move(request), body), 413, "RequestEntityTooLarge");
  CHECK(body.taken() == 0);
}

TEST_CASE("an execution that announces more than 10 MB is refused unread", "[api][surface]") {
  DataPlaneHarness harness;
  http::Request request = request_of("POST /executions?" + kNewest);
  request.headers = DataPlaneHarness::token();
  request.content_length = (std::uint64_t{10} << 20) + 1;
  http::TextBody body("{}");
  check_refused(harness.send(std::move(request), body), 413, "RequestEntityTooLarge");
  CHECK(body.taken() == 0);
}

TEST_CASE("a failing program is a success of the service", "[api][surface]") {
  DataPlaneHarness harness([](const execution::ExecutionRequest&) {
    execution::ExecutionResult result;
    result.outcome = execution::ExecutionOutcome::raised;
    result.traceback = "division by zero...\n";
    return Result<execution::ExecutionResult>(result);
  });
  const http::Response response = harness.send("POST /executions?" + kNewest, R"({"code":"1/0"})");
  CHECK(response.status == 200);
  const json body = json::parse(text_of(response));
  CHECK(body.at("status") == "Failed");
  CHECK(body.at("result").at("stderr") == "division by zero...\n");
  CHECK(body.at("result").at("executionResult").is_null());
}

TEST_CASE("the values of the body reach the interpreter", "[api][surface]") {
  execution::ExecutionRequest seen;
  DataPlaneHarness harness([&seen](const execution::ExecutionRequest& request) {
    seen = request;
    return DataPlaneHarness::hello_world(request);
  });
  harness.send("POST /executions?" + kNewest, R"({"code":"6 * 7","timeoutInSeconds":9})");
  CHECK(seen.code == "6 * 7");
  CHECK(seen.timeout == std::chrono::seconds(9));
}

TEST_CASE("an interpreter that is lost is an error of the service", "[api][surface]") {
  DataPlaneHarness harness([](const execution::ExecutionRequest&) {
    return Result<execution::ExecutionResult>(
        Error{ErrorCode::sandbox_unavailable, "mount: no space", {}, {}});
  });
  check_refused(harness.send("POST /executions?" + kNewest, R"({"code":"1"})"), 500,
                "SessionAllocationFailed");
}

TEST_CASE("a pool at its maximum refuses new sessions and keeps serving its own",
          "[api][surface]") {
  DataPlaneHarness harness(DataPlaneHarness::hello_world, DataPlaneHarness::default_settings(),
                           {.max_sessions = 1});
  CHECK(harness.send("GET /files?identifier=one").status == 200);
  check_refused(harness.send("GET /files?identifier=two"), 404, "SessionPoolExhausted");
  CHECK(harness.send("GET /files?identifier=one").status == 200);
}

TEST_CASE("the identifier of a python body counts when the query has none", "[api][surface]") {
  DataPlaneHarness harness;
  const std::string body = R"({"properties":{"identifier":"mine","pythonCode":"1"}})";
  CHECK(harness.send("POST /python/execute", body).status == 200);
  harness.upload("POST /python/uploadFile?identifier=mine", "x.txt", "");
  CHECK(harness.send("POST /python/execute?identifier=mine", body).status == 200);
  CHECK(session_count(harness.pools()) == 1);
}

TEST_CASE("a refused body makes no session", "[api][surface]") {
  DataPlaneHarness harness;
  CHECK(harness.send("POST /executions?" + kNewest, "{}").status == 400);
  CHECK(harness.send("POST /executions?api-version=2025-10-02-preview", R"({"code":""})").status ==
        400);
  CHECK(session_count(harness.pools()) == 0);
}

}  // namespace
}  // namespace dynsessions::surfaces::data_plane
