#include "emulator/base/identifiers.h"

#include <regex>
#include <set>
#include <string>

#include "tests/support/catch.h"

namespace dynsessions {
namespace {

constexpr auto kOld = IdentifierRule::one_to_256;
constexpr auto kNew = IdentifierRule::four_to_128;

struct IdentifierRow {
  std::string what;
  std::string text;
  bool accepted_before;  ///< verdict of the api-versions before 2025-10-02-preview
  bool accepted_since;
};

TEST_CASE("an identifier is held to the rule of its api-version", "[core][identifiers]") {
  const auto row = GENERATE(values<IdentifierRow>({
      {"nothing", "", false, false},
      {"one character", "a", true, false},
      {"three characters", "abc", true, false},
      {"four characters", "abcd", true, true},
      {"128 characters", std::string(128, 'a'), true, true},
      {"129 characters", std::string(129, 'a'), true, false},
      {"256 characters", std::string(256, 'a'), true, false},
      {"257 characters", std::string(257, 'a'), false, false},
      {"letters and digits", "aZ09", true, true},
      {"a UUID", "3fa85f64-5717-4562-b3fc-2c963f66afa6", true, true},
      {"every mark", R"(_|}{[]:";'<>?/.,@#$%^&*()-+=!~`)", true, true},
      {"a path that climbs", "../../etc", true, true},
      {"a space", "with space", false, false},
      {"a backslash", R"(back\slash)", false, false},
      {"a tab", "tab\tbed", false, false},
      {"a line feed", "line\nfeed", false, false},
      {"a NUL", std::string("nul\0l", 5), false, false},
      {"DEL", "del\x7f!", false, false},
      {"a letter beyond ASCII", "caf\xC3\xA9", false, false},
      {"a byte that is not UTF-8", "byte\xFF", false, false},
  }));
  DYNAMIC_SECTION(row.what) {
    const auto before = SessionIdentifier::parse(row.text, kOld);
    CHECK(before.has_value() == row.accepted_before);
    if (before) CHECK(before->text() == row.text);
    CHECK(SessionIdentifier::parse(row.text, kNew).has_value() == row.accepted_since);
  }
}

TEST_CASE("the documentation's rule knows fewer marks", "[core][identifiers]") {
  constexpr auto kDocumented = IdentifierRule::documented;
  for (const char mark : std::string("|-&^%$#(){}[];<>")) {
    INFO(mark);
    CHECK(SessionIdentifier::parse("abc" + std::string(1, mark), kDocumented));
  }
  for (const char mark : std::string(R"(_:"'?/.,@*+=!~` )")) {
    INFO(mark);
    CHECK_FALSE(SessionIdentifier::parse("abc" + std::string(1, mark), kDocumented));
  }
  CHECK_FALSE(SessionIdentifier::parse("abc", kDocumented));
  CHECK(SessionIdentifier::parse(std::string(128, 'a'), kDocumented));
  CHECK_FALSE(SessionIdentifier::parse(std::string(129, 'a'), kDocumented));
  CHECK_THAT(SessionIdentifier::parse("with_mark", kDocumented).error().message,
             Catch::EndsWith(": |-&^%$#(){}[];<>"));
}

TEST_CASE("a refused identifier is named, with what is accepted, and never quoted",
          "[core][identifiers]") {
  struct Refusal {
    std::string text;
    IdentifierRule rule;
    std::string accepted;
  };
  const auto row =
      GENERATE(values<Refusal>({{"", kOld, "missing"},
                                {std::string(257, 'x'), kOld, "1 to 256 characters"},
                                {"xyz", kNew, "4 to 128 characters"},
                                {"xyz xyz", kNew, "letters, digits and these marks"}}));
  DYNAMIC_SECTION(row.accepted) {
    const auto refused = SessionIdentifier::parse(row.text, row.rule);
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == ErrorCode::invalid_request);
    CHECK(refused.error().target == "identifier");
    CHECK_THAT(refused.error().message, Catch::Contains(row.accepted));
    CHECK_THAT(refused.error().message, !Catch::Contains("xyz"));
  }
}

TEST_CASE("identifiers that differ in case only are two", "[core][identifiers]") {
  const auto lower = SessionIdentifier::parse("session", kOld).value();
  const auto upper = SessionIdentifier::parse("SESSION", kOld).value();
  CHECK(lower != upper);
  CHECK(lower == SessionIdentifier::parse("session", kNew).value());
  CHECK(std::hash<SessionIdentifier>{}(lower) ==
        std::hash<SessionIdentifier>{}(SessionIdentifier::parse("session", kOld).value()));
}

TEST_CASE("a random UUID is of version 4, in lower case, and new every time",
          "[core][identifiers]") {
  const std::regex version_4("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const std::string uuid = random_uuid();
    CHECK(std::regex_match(uuid, version_4));
    seen.insert(uuid);
  }
  CHECK(seen.size() == 100);
}

}  // namespace
}  // namespace dynsessions
