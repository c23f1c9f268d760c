#include "emulator/test_double/journal/journal_query.h"

#include <string>

#include <nlohmann/json.hpp>

#include "tests/support/catch.h"

namespace dynsessions::test_double {
namespace {

using nlohmann::json;

/// Three requests: an upload, and two executions of which the second was throttled.
std::vector<Journal::EntryPointer> three_requests() {
  std::vector<Journal::EntryPointer> entries;
  const auto add = [&entries](std::string_view operation, unsigned status,
                              const std::string& identifier, const std::string& code) {
    auto entry = std::make_shared<JournalEntry>();
    entry->id = entries.size() + 1;
    entry->operation = operation;
    entry->status = status;
    entry->identifier = identifier;
    entry->session = "guid";
    entry->method = "POST";
    if (!code.empty()) {
      entry->request.text = json{{"code", code}}.dump();
      const json result{{"stdout", "told\n"}, {"executionResult", 2}};
      entry->response.text = json{{"result", result}}.dump();
    }
    entries.push_back(std::move(entry));
  };
  add("upload_file", 200, "a", "");
  add("execute", 200, "a", "1 + 1");
  add("execute", 429, "b", "2 * 2");
  return entries;
}

Result<Verdict> verdict_on(const std::string& expectation, std::uint64_t forgotten = 0) {
  const auto parsed = parse_expectation(json::parse(expectation));
  REQUIRE(parsed);
  return verify(*parsed, three_requests(), forgotten);
}

TEST_CASE("expectations are met or not by the number of matches", "[double][journal]") {
  struct Row {
    std::string expectation;
    bool ok;
    std::uint64_t found;
  };
  const auto row = GENERATE(values<Row>({
      {R"({})", true, 3},
      {R"({"match":{"operation":"execute"},"count":2})", true, 2},
      {R"({"match":{"operation":"execute"},"count":1})", false, 2},
      {R"({"match":{"operation":"exec*"},"atMost":2})", true, 2},
      {R"({"match":{"operation":"execute"},"atLeast":3})", false, 2},
      {R"({"match":{"operation":"execute"},"atLeast":1,"atMost":3})", true, 2},
      {R"({"match":{"status":429}})", true, 1},
      {R"({"match":{"status":500}})", false, 0},
      {R"({"match":{"status":500},"count":0})", true, 0},
      {R"({"match":{"code":"2 * 2"}})", true, 1},
      {R"({"match":{"code":"2 * *"}})", false, 0},
      {R"({"match":{"codePattern":"^1"}})", true, 1},
      {R"({"match":{"result":2},"count":2})", true, 2},
      {R"({"match":{"result":"2"},"count":2})", true, 2},
      {R"({"match":{"result":3}})", false, 0},
      {R"({"match":{"stdout":"told*"},"count":2})", true, 2},
      {R"({"match":{"stderr":"?*"},"count":0})", true, 0},
      {R"({"match":{"method":"post"},"count":3})", true, 3},
      {R"({"order":[{"operation":"upload_file"},{"status":429}]})", true, 2},
      {R"({"order":[{"status":429},{"operation":"upload_file"}]})", false, 1},
      {R"({"order":[{"status":500}]})", false, 0},
      {R"({"match":{"operation":"execute"},"count":1,"after":{"status":200,"code":"1 + 1"}})", true,
       1},
      {R"({"match":{"operation":"execute"},"count":1,"before":{"status":429}})", true, 1},
      {R"({"match":{},"count":1,"after":{"operation":"upload_file"},"before":{"status":429}})",
       true, 1},
      {R"({"match":{"status":429},"count":0,"before":{"status":429}})", true, 0},
      {R"({"match":{},"count":0,"after":{"status":500}})", false, 0},
      {R"({"match":{},"count":0,"after":{"status":429},"before":{"operation":"upload_file"}})",
       false, 0},
      {R"({"order":[{"status":429}],"after":{"status":429}})", false, 0},
  }));
  DYNAMIC_SECTION(row.expectation) {
    const auto verdict = verdict_on(row.expectation);
    REQUIRE(verdict);
    CHECK(verdict->ok == row.ok);
    CHECK(verdict->found == row.found);
    CHECK(verdict->message.empty() == row.ok);
  }
}

TEST_CASE("the message names what comes nearest first", "[double][journal]") {
  const auto verdict =
      verdict_on(R"({"match":{"operation":"execute","status":200,"identifier":"b"},"count":1})");
  REQUIRE(verdict);
  CHECK_THAT(verdict->message,
             Catch::StartsWith("expected exactly 1 of: operation \"execute\", identifier \"b\", "
                               "status 200; found 0 among 3 requests\nnearest:\n  request 2:"));
  CHECK_THAT(verdict->message, Catch::Contains(R"(identifier is "a", not "b")"));
  CHECK_THAT(verdict->message, Catch::Contains("status is 429, not 200"));
}

TEST_CASE("a verdict that forgotten requests could change is none", "[double][journal]") {
  CHECK_FALSE(verdict_on(R"({"match":{"status":500},"count":0})", 1));
  CHECK_FALSE(verdict_on(R"({"match":{"status":500}})", 1));
  CHECK_FALSE(verdict_on(R"({"match":{"operation":"execute"},"atMost":2})", 1));
  CHECK(verdict_on(R"({"match":{"operation":"execute"},"atLeast":2})", 1));
  CHECK(verdict_on(R"({"match":{"operation":"execute"},"atMost":1})", 1));
  CHECK(verdict_on(R"({"order":[{"operation":"upload_file"}]})", 1));
}

TEST_CASE("an identifier of two clients is reported once", "[double][journal]") {
  std::vector<Journal::EntryPointer> entries;
  for (const char* client : {"alice", "bob", "carol"}) {
    auto entry = std::make_shared<JournalEntry>();
    entry->identifier = "shared";
    entry->session = "guid";
    entry->client = client;
    entries.push_back(std::move(entry));
  }
  const auto warnings = shared_identifiers(entries);
  REQUIRE(warnings.size() == 1);
  CHECK_THAT(warnings[0], Catch::Contains(R"(two clients, "alice" and "bob")"));
  CHECK(shared_identifiers(three_requests()).empty());
}

TEST_CASE("a border that no request matches is named", "[double][journal]") {
  const auto verdict = verdict_on(R"({"match":{},"count":0,"after":{"status":500}})");
  REQUIRE(verdict);
  CHECK_THAT(verdict->message, Catch::StartsWith("no request matches `after`: status 500"));
  CHECK_THAT(verdict->message, Catch::Contains("nearest:"));
}

TEST_CASE("forgotten requests could have held a border", "[double][journal]") {
  CHECK(verdict_on(R"({"match":{"status":429},"after":{"status":200}})", 1));
  CHECK_FALSE(verdict_on(R"({"match":{"status":200},"before":{"status":429}})", 1));
}

}  // namespace
}  // namespace dynsessions::test_double
