#include "emulator/test_double/faults/fault_book.h"

#include <string>

#include "tests/support/catch.h"

namespace dynsessions::test_double {
namespace {

using nlohmann::json;

const pools::PoolName kPool{"s", "g", "pool"};

/// A book with the rules of one pool, and requests to that pool.
struct BookFixture {
  explicit BookFixture(const std::string& rules) {
    FaultBook::Rules parsed;
    for (const json& rule : json::parse(rules)) {
      parsed.push_back(parse_fault_rule(rule, book.context(), "").value());
    }
    CHECK(book.replace(kPool, std::move(parsed)));
  }
  /// Returns the id of the matching rule; "-" if none matches.
  std::string ask(FaultSubject subject = {}) {
    static const http::Headers kNone;
    if (subject.headers == nullptr) subject.headers = &kNone;
    const auto hit = book.decide(kPool, subject);
    return hit ? hit->id : "-";
  }
  /// Returns the ids for several equal requests.
  std::string ask_times(int count) {
    std::string ids;
    for (int i = 0; i < count; ++i) ids += ask() == "-" ? '-' : 'x';
    return ids;
  }
  FaultBook book{{{{"execute", FaultNeed::session}, {"list_files", FaultNeed::session}}}};
};

TEST_CASE("the first rule that matches a request hits it", "[double][faults]") {
  BookFixture fixture(R"([{"id":"a","match":{"operation":"execute"},"effect":{"hang":true}},
                          {"id":"b","match":{"identifier":"u*"},"effect":{"hang":true}},
                          {"id":"c","effect":{"hang":true}}])");
  CHECK(fixture.ask({.operation = "execute", .identifier = "user"}) == "a");
  CHECK(fixture.ask({.operation = "list_files", .identifier = "user"}) == "b");
  CHECK(fixture.ask({.operation = "list_files", .identifier = "me"}) == "c");
}

TEST_CASE("an effect leaves requests alone that lack what it acts on", "[double][faults]") {
  BookFixture on_sessions(R"([{"effect":{"pool-full":true}}])");
  CHECK(on_sessions.ask({.identifier = "user"}) == "rule-1");
  CHECK(on_sessions.ask() == "-");
  CHECK(on_sessions.book.rules(kPool)[0].matched == 1);
  BookFixture on_tokens(R"([{"effect":{"reject-token":true}}])");
  CHECK(on_tokens.ask() == "rule-1");
  CHECK(on_tokens.ask({.takes_token = false}) == "-");
}

TEST_CASE("counts choose among the requests that match", "[double][faults]") {
  struct Row {
    std::string match, hits;
  };
  const auto row = GENERATE(values<Row>({{R"({"times":2})", "xx------"},
                                         {R"({"nth":3})", "--x-----"},
                                         {R"({"every":3})", "--x--x--"},
                                         {R"({"every":2,"times":2})", "-x-x----"},
                                         {R"({"probability":0})", "--------"}}));
  DYNAMIC_SECTION(row.match) {
    BookFixture fixture(R"([{"match":)" + row.match + R"(,"effect":{"hang":true}}])");
    CHECK(fixture.ask_times(8) == row.hits);
  }
}

TEST_CASE("a rule whose count has passed leaves the request to the next one", "[double][faults]") {
  BookFixture fixture(R"([{"id":"a","match":{"times":1},"effect":{"hang":true}},
                          {"id":"b","match":{"times":1},"effect":{"hang":true}}])");
  CHECK(fixture.ask() == "a");
  CHECK(fixture.ask() == "b");
  CHECK(fixture.ask() == "-");
  CHECK(fixture.book.rules(kPool)[0].hits == 1);
}

TEST_CASE("the same seed makes the same choices", "[double][faults]") {
  const std::string rules = R"([{"match":{"probability":0.5,"seed":3},"effect":{"hang":true}}])";
  const std::string first = BookFixture(rules).ask_times(40);
  CHECK(first == BookFixture(rules).ask_times(40));
  CHECK(first.find('x') != std::string::npos);
  CHECK(first.find('-') != std::string::npos);
}

TEST_CASE("delays are drawn within their bounds", "[double][faults]") {
  BookFixture fixture(R"([{"effect":{"delay":{"fromSeconds":1,"toSeconds":2}}}])");
  const http::Headers none;
  for (int i = 0; i < 20; ++i) {
    const auto hit = fixture.book.decide(kPool, {.headers = &none});
    REQUIRE(hit);
    CHECK(hit->delay >= std::chrono::seconds(1));
    CHECK(hit->delay <= std::chrono::seconds(2));
  }
}

TEST_CASE("rules of the server come after those of the pool", "[double][faults]") {
  BookFixture fixture(R"([{"id":"own","match":{"times":1},"effect":{"hang":true}}])");
  const auto rule = parse_fault_rule(json::parse(R"({"id":"all","effect":{"hang":true}})"),
                                     fixture.book.context(), "");
  CHECK(fixture.book.add(std::nullopt, rule.value()));
  CHECK(fixture.ask() == "own");
  CHECK(fixture.ask() == "all");
  const http::Headers none;
  const auto elsewhere = fixture.book.decide(std::nullopt, {.headers = &none});
  REQUIRE(elsewhere);
  CHECK(elsewhere->id == "all");
  fixture.book.clear(std::nullopt);
  CHECK(fixture.book.is_empty());
}

TEST_CASE("two rules of one list cannot have the same id", "[double][faults]") {
  BookFixture fixture(R"([{"effect":{"hang":true}}])");
  CHECK(fixture.book.rules(kPool)[0].id == "rule-1");
  const auto rule = parse_fault_rule(json::parse(R"({"id":"rule-1","effect":{"hang":true}})"),
                                     fixture.book.context(), "");
  CHECK_FALSE(fixture.book.add(kPool, rule.value()));
  CHECK(fixture.book.rules(kPool).size() == 1);
  CHECK_FALSE(fixture.book.remove(kPool, "rule-2"));
  CHECK(fixture.book.remove(kPool, "rule-1"));
  CHECK(fixture.book.is_empty());
}

}  // namespace
}  // namespace dynsessions::test_double
