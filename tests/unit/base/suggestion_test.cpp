#include "emulator/base/suggestion.h"

#include <array>

#include "tests/support/catch.h"

namespace dynsessions {
namespace {

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
}  // namespace dynsessions
