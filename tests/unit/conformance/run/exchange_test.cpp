#include "emulator/conformance/run/exchange.h"

#include "emulator/conformance/run/curl.h"
#include "emulator/conformance/run/endpoint.h"
#include "tests/support/catch.h"

namespace dynsessions::conformance {
namespace {

const RequestDefaults kDefaults{"me", "2025-10-02-preview", "secret"};

HttpRequest request(const std::string& text) { return to_http(Json::parse(text), kDefaults); }

std::string header(const HttpRequest& http, const std::string& name) {
  for (const auto& [key, value] : http.headers) {
    if (key == name) return value;
  }
  return "none";
}

TEST_CASE("a request has identifier, api-version and token unless it says otherwise",
          "[conformance]") {
  struct Row {
    std::string what, request, target, authorization;
  };
  const auto row = GENERATE(values<Row>({
      {"nothing said", R"({"method":"GET","path":"files"})",
       "files?identifier=me&api-version=2025-10-02-preview", "Bearer secret"},
      {"left out",
       R"({"method":"GET","path":"files","query":{"identifier":null,"api-version":null},
           "headers":{"authorization":null}})",
       "files", "none"},
      {"replaced and encoded", R"({"method":"GET","path":"files","query":{"identifier":"a b&c"}})",
       "files?identifier=a%20b%26c&api-version=2025-10-02-preview", "Bearer secret"},
      {"repeated and raw",
       R"({"method":"GET","path":"files","rawQuery":"x=%zz","query":{"identifier":["a","b"],
           "api-version":null}})",
       "files?x=%zz&identifier=a&identifier=b", "Bearer secret"},
  }));
  DYNAMIC_SECTION(row.what) {
    const HttpRequest http = request(row.request);
    CHECK(http.target == row.target);
    CHECK(header(http, "authorization") == row.authorization);
  }
}

TEST_CASE("a part may be so many bytes, and a body may go out in chunks", "[conformance]") {
  const HttpRequest http = request(
      R"({"method":"POST","path":"files","chunked":true,"multipart":[{"name":"file","size":5}]})");
  CHECK_THAT(http.body, Catch::Contains("\r\n\r\nxxxxx\r\n--"));
  CHECK(http.chunked);
}

TEST_CASE("a file is sent as a part of a form", "[conformance]") {
  const HttpRequest http = request(
      R"({"method":"POST","path":"files","multipart":[{"name":"file","filename":"a.txt",
          "base64":"AAE="}]})");
  const std::string boundary = "dynsessions-conformance-boundary";
  CHECK(header(http, "content-type") == "multipart/form-data; boundary=" + boundary);
  using namespace std::string_literals;
  CHECK(http.body == "--" + boundary +
                         "\r\nContent-Disposition: form-data; name=\"file\"; "
                         "filename=\"a.txt\"\r\n\r\n\0\1\r\n--"s +
                         boundary + "--\r\n");
}

TEST_CASE("an answer is compared by status, headers, their names and body", "[conformance]") {
  const HttpReply reply{202, {{"content-type", "text/plain"}, {"content-length", "2"}}, "ab"};
  struct Row {
    std::string what, expect;
    std::vector<std::string> places;
  };
  const auto row = GENERATE(values<Row>({
      {"all as expected",
       R"({"status":202,"headers":{"content-type":"text/plain","vary":{"$match":"absent"}},
           "headerNames":["content-type"],"text":"ab"})",
       {}},
      {"status", R"({"status":200})", {"status"}},
      {"a header", R"({"status":202,"headers":{"vary":"x"}})", {"header vary"}},
      {"header names", R"({"status":202,"headerNames":["date"]})", {"header names"}},
      {"bytes", R"({"status":202,"base64":"AAE="})", {"body"}},
      {"no JSON", R"({"status":202,"json":{}})", {"body"}},
      {"not empty", R"({"status":202,"empty":true})", {"body"}},
  }));
  DYNAMIC_SECTION(row.what) {
    std::vector<std::string> places;
    for (const auto& found : compare(Json::parse(row.expect), reply)) places.push_back(found.where);
    CHECK(places == row.places);
  }
}

TEST_CASE("a capture takes from the body and from headers, and misses what is not there",
          "[conformance]") {
  const HttpReply reply{200, {{"operation-id", "o"}}, R"({"a":{"b":7}})"};
  const Captured captured = capture(
      Json{{"number", "/a/b"}, {"header", "header:operation-id"}, {"nothing", "/c"}}, reply);
  CHECK(captured.values["number"] == 7);
  CHECK(captured.values["header"] == "o");
  REQUIRE(captured.missing.size() == 1);
  CHECK(captured.missing.front().where == "capture nothing");
}

TEST_CASE("a curl line repeats the request without the token", "[conformance]") {
  const std::string line = curl_line(
      request(R"({"method":"POST","path":"executions","json":{"code":"it's"}})"), kDefaults.token);
  CHECK(line.find("secret") == std::string::npos);
  CHECK_THAT(line, Catch::Contains("-H \"Authorization: Bearer $TOKEN\""));
  CHECK_THAT(line, Catch::Contains(R"('{"code":"it'\''s"}')"));
}

TEST_CASE("an endpoint is a URL with scheme and host", "[conformance]") {
  CHECK(parse_endpoint("https://r.dynamicsessions.io/subscriptions/s/").origin() ==
        "https://r.dynamicsessions.io:443");
  const std::string bad = GENERATE(as<std::string>(), "", "r.io", "ftp://r.io", "http://",
                                   "http://r.io?x=1", "http://user@r.io");
  DYNAMIC_SECTION(bad) { CHECK_THROWS_AS(parse_endpoint(bad), std::invalid_argument); }
}

}  // namespace
}  // namespace dynsessions::conformance
