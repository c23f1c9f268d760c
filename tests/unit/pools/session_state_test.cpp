#include "emulator/pools/session_state.h"

#include "tests/support/catch.h"

namespace dynsessions::pools {
namespace {

using enum SessionState;

TEST_CASE("a session goes through its states in one direction only", "[sessions][state]") {
  struct Row {
    SessionState from;
    /// Whether the state can change to allocating, active, ending, ended.
    std::array<bool, 4> allowed;
  };
  constexpr std::array<Row, 4> kRows{{
      {allocating, {false, true, false, true}},
      {active, {false, false, true, false}},
      {ending, {false, false, false, true}},
      {ended, {false, false, false, false}},
  }};
  constexpr std::array kAll{allocating, active, ending, ended};
  for (const Row& row : kRows) {
    for (std::size_t to = 0; to < kAll.size(); ++to) {
      INFO("from " << static_cast<int>(row.from) << " to " << to);
      CHECK(is_allowed(row.from, kAll.at(to)) == row.allowed.at(to));
    }
  }
}

}  // namespace
}  // namespace dynsessions::pools
