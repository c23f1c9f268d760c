// Python pools as the Azure CLI's test suite recorded them: 2024-02-02-preview on 4 November 2024,
// 2024-10-02-preview on 8 November 2024 (contract section 2.2 and 2.3). Facts of those recordings,
// written by hand: the request, then status, header names and the body's text. Parts that differ
// between exchanges are named in angle brackets.

#include <algorithm>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/catch.h"
#include "tests/unit/surfaces/data_plane/surface_harness.h"

namespace dynsessions::surfaces::data_plane {
namespace {

using Names = std::vector<std::string>;

struct Exchange {
  std::string what;
  std::string line;
  std::string body;  ///< body of the request; in an upload, the file's content
  unsigned status;
  Names headers;  ///< header names, without connection, content-length and transfer-encoding
  http::Framing framing;
  std::string text;
};

struct Conversation {
  std::string version;
  std::vector<Exchange> exchanges;  ///< sorted as recorded
};

const Names kCommon{"api-supported-versions", "date", "mise-correlation-id", "server",
                    "x-powered-by"};
const Names kExecution{"x-ms-allocation-retries",
                       "x-ms-allocation-time",
                       "x-ms-container-execution-duration",
                       "x-ms-execution-read-response-time",
                       "x-ms-execution-request-time",
                       "x-ms-overall-execution-time",
                       "x-ms-preparation-time",
                       "x-ms-session-guid",
                       "x-ms-total-execution-service-time"};

Names sorted(std::vector<Names> groups) {
  Names names;
  for (const Names& group : groups) names.insert(names.end(), group.begin(), group.end());
  std::sort(names.begin(), names.end());
  return names;
}

const Names kJson = sorted({kCommon, {"content-type", "vary"}});
const Names kBytes = sorted({kCommon, {"content-type"}});
const Names kNothing = sorted({kCommon});

constexpr auto kChunked = http::Framing::chunked;
constexpr auto kPlain = http::Framing::content_length;

Conversation wrapped_conversation() {
  const std::string query = "?identifier=testidentifier000005&api-version=2024-02-02-preview";
  const std::string listing =
      "GET /files?identifier=testidentifier000005&path=&api-version=2024-02-02-preview";
  const std::string list_of_one =
      R"({"$id":"1","value":[{"$id":"2","properties":{"$id":"3","filename":"cert.txt",)"
      R"("size":7,"lastModifiedTime":"<time>"}}]})";
  return {
      "2024-02-02-preview",
      {{"execute", "POST /code/execute" + query,
        R"({"properties": {"identifier": "testidentifier000005", "codeInputType": "inline", )"
        R"json("executionType": "synchronous", "code": "print(\"Hello world\")", )json"
        R"("timeoutInSeconds": 60}})",
        200, sorted({kJson, kExecution}), kChunked,
        R"({"$id":"1","properties":{"$id":"2","status":"Success","stdout":"Hello world\n",)"
        R"("stderr":"","result":"","executionTimeInMilliseconds":35}})"},
       {"upload", "POST /files/upload" + query, "testing", 200, kJson, kChunked, list_of_one},
       {"list", listing, "", 200, kJson, kChunked, list_of_one},
       {"get content", "GET /files/content/cert.txt" + query, "", 200, kBytes, kPlain, "testing"},
       {"get", "GET /files/cert.txt" + query, "", 200, kJson, kChunked,
        R"({"$id":"1","properties":{"$id":"2","filename":"cert.txt","size":7,)"
        R"("lastModifiedTime":"<time>"}})"},
       {"delete", "DELETE /files/cert.txt" + query, "", 204, kNothing, kPlain, ""},
       {"list of nothing", listing, "", 200, kJson, kChunked, R"({"$id":"1","value":[]})"}}};
}

Conversation flat_conversation() {
  const std::string query = "?identifier=testidentifier000005&api-version=2024-10-02-preview";
  const std::string listing =
      "GET /files?identifier=testidentifier000005&path=&api-version=2024-10-02-preview";
  const std::string typed = R"("type":"file","contentType":"text/plain; charset=utf-8",)";
  const std::string end = R"("sizeInBytes":7,"lastModifiedAt":"<time>"})";
  return {
      "2024-10-02-preview",
      {{"execute", "POST /executions" + query,
        R"({"codeInputType": "inline", "executionType": "synchronous", )"
        R"json("code": "print(\"Hello world\")", "timeoutInSeconds": 60})json",
        202, sorted({kCommon, {"content-type"}, kExecution}), kChunked,
        R"({"$id":"1","id":"<guid>","identifier":"testidentifier000005",)"
        R"("executionType":"synchronous","status":"Succeeded","result":{"$id":"2",)"
        R"("stdout":"Hello world\n","stderr":"","executionResult":"",)"
        R"("executionTimeInMilliseconds":35}})"},
       // The only difference from the recording, which has "type":"" and "contentType":"", which
       // the service filled by May 2025; section 8 row 24 follows the later answer.
       {"upload", "POST /files" + query, "testing", 200, kJson, kChunked,
        R"({"$id":"1","name":"cert.txt",)" + typed + end},
       {"list", listing, "", 200, kJson, kChunked,
        R"({"$id":"1","value":[{"$id":"2","name":"cert.txt",)" + typed + end + "]}"},
       {"get content", "GET /files/cert.txt/content" + query, "", 200, kBytes, kPlain, "testing"},
       {"get", "GET /files/cert.txt" + query, "", 200, kJson, kChunked,
        R"({"$id":"1","name":"cert.txt",)" + end},
       {"delete", "DELETE /files/cert.txt" + query, "", 204, kNothing, kPlain, ""},
       {"list of nothing", listing, "", 200, kJson, kChunked, R"({"$id":"1","value":[]})"}}};
}

Names header_names(const http::Response& response) {
  Names names;
  for (const auto& [name, value] : response.headers) names.push_back(name);
  std::sort(names.begin(), names.end());
  return names;
}

std::string masked(std::string text) {
  static const std::regex kTime(R"("\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,6}[1-9])?Z")");
  static const std::regex kId(R"("id":"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")");
  text = std::regex_replace(text, kTime, R"("<time>")");
  return std::regex_replace(text, kId, R"("id":"<guid>")");
}

http::Response send(DataPlaneHarness& harness, const Exchange& exchange) {
  const std::string pool =
      "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/clitest.rg000001"
      "/sessionPools/spjupyterpython000004";
  std::string line = exchange.line;
  line.insert(line.find('/'), pool);
  return exchange.what == "upload" ? harness.upload(line, "cert.txt", exchange.body)
                                   : harness.send(line, exchange.body);
}

void replay(const Conversation& conversation) {
  DataPlaneHarness harness;
  for (const Exchange& exchange : conversation.exchanges) {
    INFO(conversation.version << ": " << exchange.what);
    const http::Response response = send(harness, exchange);
    CHECK(response.status == exchange.status);
    CHECK(header_names(response) == exchange.headers);
    CHECK(response.framing == exchange.framing);
    CHECK(masked(text_of(response)) == exchange.text);
  }
}

TEST_CASE("a conversation that was recorded at 2024-02-02-preview goes the same way",
          "[api][recorded]") {
  replay(wrapped_conversation());
}

TEST_CASE("a conversation that was recorded at 2024-10-02-preview goes the same way",
          "[api][recorded]") {
  replay(flat_conversation());
}

TEST_CASE("the values of recorded headers have their recorded form", "[api][recorded]") {
  struct Header {
    std::string name;
    std::string form;
  };
  const std::string milliseconds = R"(\d+(\.\d{1,4})?)";
  const std::string guid = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
  DataPlaneHarness harness;
  const http::Response response = send(harness, flat_conversation().exchanges.front());
  const auto header = GENERATE_COPY(values<Header>({
      {"api-supported-versions", "2024-10-02-preview"},
      {"content-type", "application/json; charset=utf-8"},
      {"date", "Mon, 11 Nov 2024 09:05:02 GMT"},
      {"mise-correlation-id", guid},
      {"server", "Microsoft-IIS/10\\.0"},
      {"x-powered-by", "ASP\\.NET"},
      {"x-ms-allocation-retries", "0"},
      {"x-ms-allocation-time", milliseconds},
      {"x-ms-preparation-time", milliseconds},
      {"x-ms-overall-execution-time", milliseconds},
      {"x-ms-total-execution-service-time", milliseconds},
      {"x-ms-execution-read-response-time", milliseconds},
      {"x-ms-execution-request-time", "35"},
      {"x-ms-container-execution-duration", "35"},
      {"x-ms-session-guid", guid},
  }));
  DYNAMIC_SECTION(header.name) {
    REQUIRE(response.headers.count(header.name) == 1);
    const std::string value(*response.headers.find(header.name));
    INFO(value);
    CHECK(std::regex_match(value, std::regex(header.form)));
  }
}

TEST_CASE("the total of an execution is at least the sum of its parts", "[api][recorded]") {
  DataPlaneHarness harness;
  const http::Response response = send(harness, flat_conversation().exchanges.front());
  const auto milliseconds = [&](std::string_view name) {
    return std::stod(std::string(response.headers.find(name).value_or("missing")));
  };
  const double parts = milliseconds("x-ms-preparation-time") +
                       milliseconds("x-ms-allocation-time") +
                       milliseconds("x-ms-overall-execution-time");
  constexpr double kRounding = 0.0004;
  CHECK(milliseconds("x-ms-total-execution-service-time") + kRounding >= parts);
}

}  // namespace
}  // namespace dynsessions::surfaces::data_plane
