#include "emulator/config/suggestion.h"

#include <array>

#include "tests/support/catch.h"

namespace dynsessions::config {
namespace {

TEST_CASE("the distance of two texts counts insertions, deletions, replacements and swaps",
          "[config][suggestion]") {
  const auto [from, to, distance] = GENERATE(table<std::string, std::string, std::size_t>({
      {"", "", 0},
      {"", "abc", 3},
      {"abc", "", 3},
      {"port", "port", 0},
      {"prot", "port", 1},
      {"port", "ports", 1},
      {"port", "pot", 1},
      {"port", "part", 1},
      {"ab", "ba", 1},
      {"kitten", "sitting", 3},
      {"abcd", "badc", 2},
  }));
  DYNAMIC_SECTION(from << " and " << to) {
    CHECK(edit_distance(from, to) == distance);
    CHECK(edit_distance(to, from) == distance);
  }
}

TEST_CASE("the nearest candidate is found, and a far one is not", "[config][suggestion]") {
  constexpr std::array<std::string_view, 6> kCandidates{"serve",        "healthcheck", "wait",
                                                        "max-sessions", "off",         "1"};
  const auto [word, expected] = GENERATE(table<std::string, std::string>({
      {"serv", "serve"},
      {"sevre", "serve"},
      {"SERVE", "serve"},
      {"health", "healthcheck"},
      {"max_sessions", "max-sessions"},
      {"maxsessions", "max-sessions"},
      {"wiat", "wait"},
      {"of", "off"},
      {"o", ""},
      {"he", ""},
      {"2", ""},
      {"conquer", ""},
      {"", ""},
  }));
  DYNAMIC_SECTION("`" << word << "`") {
    CHECK(nearest(word, kCandidates).value_or("") == expected);
    CHECK(did_you_mean(word, kCandidates) ==
          (expected.empty() ? "" : "; did you mean `" + expected + "`?"));
  }
}

TEST_CASE("a beginning of several candidates is no suggestion", "[config][suggestion]") {
  constexpr std::array<std::string_view, 2> kCandidates{"max-sessions", "max-processes"};
  CHECK_FALSE(nearest("max-", kCandidates).has_value());
}

}  // namespace
}  // namespace dynsessions::config
