#include "emulator/sessions/turn.h"

#include "tests/support/catch.h"
#include "tests/support/test_loop.h"

namespace dynsessions::sessions {
namespace {

using MaybePass = std::optional<Turn::Pass>;
using test::TestLoop;

struct TurnFixture {
  ~TurnFixture() {
    turn.send_away_waiting();
    loop.settle();  // while the turn still lives
  }
  test::Task<MaybePass> wait() { return loop.start(turn.wait()); }
  /// The pass of a task that must have one.
  MaybePass pass_of(test::Task<MaybePass>& task) {
    loop.settle();
    REQUIRE(task.done());
    MaybePass pass = task.result();
    REQUIRE(pass);
    return pass;
  }

  TestLoop loop;
  Turn turn{loop.executor()};
};

TEST_CASE("a free turn is given at once", "[sessions][turn]") {
  TurnFixture fixture;
  for (int round = 0; round < 2; ++round) {
    auto task = fixture.wait();
    CHECK(task.done());
    const auto pass = fixture.pass_of(task);
  }
}

TEST_CASE("a turn passes on in order of arrival", "[sessions][turn]") {
  TurnFixture fixture;
  auto first = fixture.wait();
  auto second = fixture.wait();
  auto third = fixture.wait();
  auto pass = fixture.pass_of(first);
  CHECK_FALSE(second.done());

  pass.reset();
  auto second_pass = fixture.pass_of(second);
  CHECK_FALSE(third.done());
  second_pass.reset();
  CHECK(fixture.pass_of(third));
}

TEST_CASE("a turn with more places lets as many through", "[sessions][turn]") {
  TurnFixture fixture;
  Turn wide(fixture.loop.executor(), 2);
  auto first = fixture.loop.start(wide.wait());
  auto second = fixture.loop.start(wide.wait());
  auto third = fixture.loop.start(wide.wait());
  auto pass = fixture.pass_of(first);
  auto second_pass = fixture.pass_of(second);
  CHECK_FALSE(third.done());
  second_pass.reset();
  auto third_pass = fixture.pass_of(third);
  pass.reset();
  third_pass.reset();
  auto later = fixture.loop.start(wide.wait());
  CHECK(fixture.pass_of(later));
}

TEST_CASE("a turn that was passed on cannot be snatched on its way", "[sessions][turn]") {
  TurnFixture fixture;
  auto first = fixture.wait();
  auto second = fixture.wait();
  fixture.pass_of(first).reset();  // `second` is admitted, but has not run yet
  auto late = fixture.wait();
  CHECK(second.done());
  CHECK_FALSE(late.done());
  const auto pass = fixture.pass_of(second);
}

TEST_CASE("those who wait can be sent away; whoever has the turn keeps it", "[sessions][turn]") {
  TurnFixture fixture;
  auto first = fixture.wait();
  auto second = fixture.wait();
  auto pass = fixture.pass_of(first);
  fixture.turn.send_away_waiting();
  auto late = fixture.wait();
  REQUIRE(second.done());
  CHECK_FALSE(second.result());
  CHECK_FALSE(late.done());
  pass.reset();
  CHECK(fixture.pass_of(late));
}

TEST_CASE("a cancelled wait leaves the queue", "[sessions][turn]") {
  TurnFixture fixture;
  auto first = fixture.wait();
  auto second = fixture.wait();
  auto third = fixture.wait();
  auto pass = fixture.pass_of(first);
  second.cancel();
  fixture.loop.settle();
  REQUIRE(second.done());
  CHECK_THROWS(second.result());
  pass.reset();
  CHECK(fixture.pass_of(third));
}

TEST_CASE("a turn is not lost when it is given to a wait that ends by itself", "[sessions][turn]") {
  TurnFixture fixture;
  auto first = fixture.wait();
  auto second = fixture.wait();
  auto third = fixture.wait();
  auto pass = fixture.pass_of(first);
  second.cancel();
  pass.reset();  // admits `second` before it has noticed
  fixture.loop.settle();
  REQUIRE(second.done());
  CHECK(second.result());  // it was admitted in time; its pass ends here
  CHECK(fixture.pass_of(third));
}

}  // namespace
}  // namespace dynsessions::sessions
