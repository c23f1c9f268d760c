#include "emulator/base/edit_distance.h"

#include <string>

#include "tests/support/catch.h"

namespace dynsessions {
namespace {

TEST_CASE("the distance of two texts counts insertions, deletions, replacements and swaps",
          "[base]") {
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

}  // namespace
}  // namespace dynsessions
