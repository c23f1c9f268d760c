#include "emulator/base/utf8.h"

#include <string>

#include "tests/support/catch.h"

namespace dynsessions {
namespace {

using namespace std::string_literals;

// A macro, because only literals can be written one after another.
#define FFFD "\xEF\xBF\xBD"

struct Utf8Row {
  std::string what;
  std::string bytes;
  std::string repaired;
};

TEST_CASE("valid UTF-8 stays as it is", "[core][utf8]") {
  const auto row = GENERATE(values<Utf8Row>({
      {"nothing", "", {}},
      {"ASCII", "plain text\n", {}},
      {"NUL", "a\0b"s, {}},
      {"the last of one byte", "\x7F", {}},
      {"the first of two", "\xC2\x80", {}},
      {"the last of two", "\xDF\xBF", {}},
      {"the first of three", "\xE0\xA0\x80", {}},
      {"the last before the surrogates", "\xED\x9F\xBF", {}},
      {"the first after the surrogates", "\xEE\x80\x80", {}},
      {"the last of three", "\xEF\xBF\xBF", {}},
      {"the first of four", "\xF0\x90\x80\x80", {}},
      {"the last code point", "\xF4\x8F\xBF\xBF", {}},
      {"a byte order mark", "\xEF\xBB\xBF", {}},
      {"the replacement character itself", FFFD, {}},
      {"many scripts", "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80z", {}},
  }));
  DYNAMIC_SECTION(row.what) {
    CHECK(is_valid_utf8(row.bytes));
    CHECK(to_valid_utf8(row.bytes) == row.bytes);
  }
}

TEST_CASE("each maximal invalid piece becomes one replacement character", "[core][utf8]") {
  const auto row = GENERATE(values<Utf8Row>({
      {"a stray continuation byte", "a\x80z", "a" FFFD "z"},
      {"two stray continuation bytes", "\x80\xBF", FFFD FFFD},
      {"bytes that never occur", "\xFE\xFF", FFFD FFFD},
      {"an overlong slash of two bytes", "\xC0\xAF", FFFD FFFD},
      {"an overlong NUL of two bytes", "\xC0\x80", FFFD FFFD},
      {"the last overlong of two bytes", "\xC1\xBF", FFFD FFFD},
      {"an overlong slash of three bytes", "\xE0\x80\xAF", FFFD FFFD FFFD},
      {"the last overlong of three bytes", "\xE0\x9F\xBF", FFFD FFFD FFFD},
      {"an overlong of four bytes", "\xF0\x8F\xBF\xBF", FFFD FFFD FFFD FFFD},
      {"the first surrogate", "\xED\xA0\x80", FFFD FFFD FFFD},
      {"the last surrogate", "\xED\xBF\xBF", FFFD FFFD FFFD},
      {"a pair of surrogates", "\xED\xA0\xBD\xED\xB8\x80", FFFD FFFD FFFD FFFD FFFD FFFD},
      {"beyond the last code point", "\xF4\x90\x80\x80", FFFD FFFD FFFD FFFD},
      {"a lead byte of five", "\xF8\x88\x80\x80\x80", FFFD FFFD FFFD FFFD FFFD},
      {"two bytes cut short", "a\xC3", "a" FFFD},
      {"three bytes cut to one", "\xE2", FFFD},
      {"three bytes cut to two", "\xE2\x82", FFFD},
      {"four bytes cut to three", "\xF0\x9F\x98", FFFD},
      {"cut short in the middle of text", "\xF0\x9F\x98z", FFFD "z"},
      {"cut short by another character", "\xE2\x82\xC3\xA9", FFFD "\xC3\xA9"},
      {"Latin-1", "caf\xE9!", "caf" FFFD "!"},
  }));
  DYNAMIC_SECTION(row.what) {
    CHECK_FALSE(is_valid_utf8(row.bytes));
    CHECK(to_valid_utf8(row.bytes) == row.repaired);
    CHECK(is_valid_utf8(row.repaired));
  }
}

TEST_CASE("every sequence of two bytes becomes valid", "[core][utf8]") {
  int broken = 0;
  for (int high = 0; high < 256; ++high) {
    for (int low = 0; low < 256; ++low) {
      const std::string bytes{static_cast<char>(high), static_cast<char>(low)};
      const std::string text = to_valid_utf8(bytes);
      if (!is_valid_utf8(text) || (is_valid_utf8(bytes) && text != bytes)) ++broken;
    }
  }
  CHECK(broken == 0);
}

TEST_CASE("a shortened text ends with a mark, a short one stays as it is", "[core][utf8]") {
  CHECK(shortened("a\xC3\xB6z", 3) == "a\xC3\xB6z");
  CHECK(shortened("a\xC3\xB6z", 2) == "a\xC3\xB6\xE2\x80\xA6");
  CHECK(shortened("", 0).empty());
}

TEST_CASE("first_characters counts code points, not bytes", "[core][utf8]") {
  struct Cut {
    std::string text;
    std::size_t count;
    std::string expected;
  };
  const std::string mixed = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80z";
  const auto row = GENERATE_COPY(values<Cut>({{"", 3, ""},
                                              {"abc", 0, ""},
                                              {"abc", 2, "ab"},
                                              {"abc", 3, "abc"},
                                              {"abc", 99, "abc"},
                                              {mixed, 1, "a"},
                                              {mixed, 2, "a\xC3\xA9"},
                                              {mixed, 3, "a\xC3\xA9\xE2\x82\xAC"},
                                              {mixed, 4, "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"},
                                              {mixed, 5, mixed}}));
  DYNAMIC_SECTION(row.count << " of `" << row.text << "`") {
    CHECK(first_characters(row.text, row.count) == row.expected);
  }
}

}  // namespace
TEST_CASE("text is repaired alike wherever in it a piece stands", "[core][utf8]") {
  const auto before = GENERATE(range(0, 20));
  const auto after = GENERATE(0, 1, 7, 8, 9);
  const std::string head(static_cast<std::size_t>(before), 'a');
  const std::string tail(static_cast<std::size_t>(after), 'z');
  CHECK(to_valid_utf8(head + "\xFF" + tail) == head + "\xEF\xBF\xBD" + tail);
  CHECK(to_valid_utf8(head + "\xC3\xB6" + tail) == head + "\xC3\xB6" + tail);
  CHECK(is_valid_utf8(head + "\xC3\xB6" + tail));
  CHECK_FALSE(is_valid_utf8(head + "\xC3" + tail));
  CHECK(first_characters(head + "\xC3\xB6" + tail, head.size() + 1) == head + "\xC3\xB6");
  CHECK(first_characters(head + "\xC3\xB6" + tail, head.size()) == head);
}

TEST_CASE("text that is repaired in pieces is repaired as a whole", "[core][utf8]") {
  const std::string bytes =
      "a\xC3\xB6\xE2\x82\xAC\xF0\x9F\x98\x80\xFF\xE2\x82z\xED\xA0\x80\xC3\xF0\x9F\x98z\xF0\x9F";
  for (std::size_t at = 0; at <= bytes.size(); ++at) {
    const std::string_view first = std::string_view(bytes).substr(0, at);
    const std::size_t unfinished = unfinished_length(first);
    REQUIRE(unfinished <= 3);
    const std::string_view head = first.substr(0, at - unfinished);
    CHECK(to_valid_utf8(head) + to_valid_utf8(std::string_view(bytes).substr(head.size())) ==
          to_valid_utf8(bytes));
  }
}

TEST_CASE("characters are counted as code points", "[core][utf8]") {
  CHECK(count_characters("") == 0);
  CHECK(count_characters("abc") == 3);
  CHECK(count_characters("a\xC3\xB6\xE2\x82\xAC\xF0\x9F\x98\x80") == 4);
}

}  // namespace dynsessions
