#include "emulator/pools/session.h"

#include <fcntl.h>

#include "tests/support/catch.h"
#include "tests/unit/pools/pool_fixture.h"

namespace dynsessions::pools {
namespace {

using execution::ExecutionOutcome;
using execution::Kernel;
using Record = std::vector<std::string>;

TEST_CASE("programs of one session run one at a time, in order of arrival", "[sessions]") {
  PoolFixture fixture;
  auto first = fixture.start("a", "wait 1");
  auto second = fixture.start("a", "wait 2");
  auto third = fixture.start("a", "3");
  CHECK(fixture.workspaces.programs == Record{"wait 1"});

  fixture.workspaces.let_programs_end();
  fixture.loop.settle();
  CHECK(first.done());
  CHECK_FALSE(second.done());
  CHECK(fixture.workspaces.programs == Record{"wait 1", "wait 2"});

  fixture.workspaces.let_programs_end();
  fixture.loop.settle();
  REQUIRE(second.done());
  REQUIRE(third.done());
  CHECK(third.result()->stdout_text == "3");
  CHECK(fixture.workspaces.programs == Record{"wait 1", "wait 2", "3"});
}

TEST_CASE("programs of different sessions do not wait for each other", "[sessions]") {
  PoolFixture fixture;
  auto waiting = fixture.start("a", "wait");
  CHECK(fixture.execute("b", "1"));
  CHECK_FALSE(waiting.done());
}

TEST_CASE("programs that waited behind one that timed out are aborted, later ones run",
          "[sessions]") {
  const std::string ends = GENERATE("time out", "restart");
  DYNAMIC_SECTION(ends) {
    PoolFixture fixture;
    auto first = fixture.start("a", "wait and " + ends);
    auto second = fixture.start("a", "2");
    auto third = fixture.start("a", "3");
    fixture.workspaces.let_programs_end();

    CHECK(fixture.loop.finish(first)->stdout_text == "wait and " + ends);
    for (auto& behind : {second, third}) {
      const auto aborted = fixture.loop.finish(behind);
      REQUIRE(aborted);
      CHECK(aborted->outcome == ExecutionOutcome::aborted);
      CHECK(aborted->stdout_text.empty());
    }
    CHECK(fixture.execute("a", "4")->outcome == ExecutionOutcome::succeeded);
    CHECK(fixture.workspaces.programs == Record{"wait and " + ends, "4"});
    CHECK(fixture.workspaces.attempts == 1);
  }
}

TEST_CASE("kernels run side by side, one program at a time each", "[sessions][kernels]") {
  PoolFixture fixture;
  auto synchronous = fixture.start("a", "wait 1");
  auto asynchronous = fixture.start("a", "wait 2", Kernel::asynchronous);
  auto empty = fixture.start("a", "wait 3", Kernel::empty);
  auto behind = fixture.start("a", "4", Kernel::asynchronous);
  fixture.loop.settle();
  CHECK(fixture.workspaces.programs == Record{"wait 1", "wait 2", "wait 3"});

  fixture.workspaces.let_programs_end(Kernel::asynchronous);
  CHECK(fixture.loop.finish(asynchronous)->stdout_text == "wait 2");
  CHECK(fixture.loop.finish(behind)->stdout_text == "4");
  CHECK_FALSE(synchronous.done());
  CHECK_FALSE(empty.done());
}

TEST_CASE("a timeout aborts those who waited behind it in the same kernel, and no others",
          "[sessions][kernels]") {
  PoolFixture fixture;
  auto timing_out = fixture.start("a", "wait and time out", Kernel::asynchronous);
  auto behind = fixture.start("a", "2", Kernel::asynchronous);
  auto elsewhere = fixture.start("a", "wait 3");
  auto behind_elsewhere = fixture.start("a", "4");
  fixture.workspaces.let_programs_end(Kernel::asynchronous);
  CHECK(fixture.loop.finish(timing_out)->outcome == ExecutionOutcome::timed_out);
  CHECK(fixture.loop.finish(behind)->outcome == ExecutionOutcome::aborted);

  fixture.workspaces.let_programs_end(Kernel::synchronous);
  CHECK(fixture.loop.finish(elsewhere)->outcome == ExecutionOutcome::succeeded);
  CHECK(fixture.loop.finish(behind_elsewhere)->stdout_text == "4");
}

TEST_CASE("a session that was lost in one kernel stays lost when a program ends well in another",
          "[sessions][kernels]") {
  PoolFixture fixture;
  const auto lease = fixture.acquire("a");
  Session& session = **lease;
  auto fine = fixture.loop.start(session.execute({.code = "wait"}));
  auto lost = fixture.loop.start(session.execute({.code = "lose", .kernel = Kernel::empty}));
  CHECK(fixture.loop.finish(lost).has_error());
  fixture.workspaces.let_programs_end();
  CHECK(fixture.loop.finish(fine));
  CHECK(fixture.loop.run(session.execute({.code = "1"})).has_error());
  CHECK(fixture.workspaces.programs == Record{"wait", "lose"});
}

TEST_CASE("programs behind one that ended its interpreter run all the same", "[sessions]") {
  PoolFixture fixture;
  auto first = fixture.start("a", "wait and die");
  auto second = fixture.start("a", "2");
  fixture.workspaces.let_programs_end();
  CHECK(fixture.loop.finish(first)->outcome == ExecutionOutcome::interpreter_died);
  CHECK(fixture.loop.finish(second)->outcome == ExecutionOutcome::succeeded);
}

TEST_CASE("a program that had too much is an event of its session", "[sessions]") {
  PoolFixture fixture;
  CHECK(fixture.execute("a", "burst")->outcome == ExecutionOutcome::out_of_memory);
  CHECK(fixture.execute("a", "2")->outcome == ExecutionOutcome::succeeded);
  CHECK(fixture.execute("a", "overflow")->outcome == ExecutionOutcome::out_of_storage);
  CHECK(fixture.events.record == Record{"allocated", "memory", "files"});
}

TEST_CASE("a caller that gives up waiting does not hold up those behind it", "[sessions]") {
  PoolFixture fixture;
  auto first = fixture.start("a", "wait");
  auto second = fixture.start("a", "2");
  auto third = fixture.start("a", "3");
  second.cancel();
  fixture.loop.settle();
  CHECK_THROWS(second.result());
  fixture.workspaces.let_programs_end();
  CHECK(fixture.loop.finish(first));
  CHECK(fixture.loop.finish(third)->stdout_text == "3");
  CHECK(fixture.workspaces.programs == Record{"wait", "3"});
}

TEST_CASE("a caller gets a separate descriptor of the data directory", "[sessions]") {
  PoolFixture fixture;
  const auto lease = fixture.acquire("a");
  const auto one = (*lease)->open_data_directory();
  const auto other = (*lease)->open_data_directory();
  REQUIRE(one);
  REQUIRE(other);
  CHECK(one->get() != other->get());
  CHECK((::fcntl(one->get(), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("a lease that outlives its session finds it ended, and is harmless", "[sessions]") {
  PoolFixture fixture;
  auto lease = std::make_optional(fixture.acquire("a"));
  const auto directory = (**lease)->open_data_directory();
  CHECK(fixture.execute("a", "lose").has_error());
  fixture.loop.settle();

  Session& session = ***lease;
  CHECK(session.state() == SessionState::ended);
  CHECK(session.identifier() == identifier("a"));
  CHECK(fixture.workspaces.living == 0);
  const auto refused = fixture.loop.run(session.execute({}));
  REQUIRE(refused.has_error());
  CHECK(refused.error().code == ErrorCode::session_not_found);
  CHECK(session.open_data_directory().error().code == ErrorCode::session_not_found);
  CHECK(::fcntl(directory->get(), F_GETFD) >= 0);

  const auto fresh = fixture.acquire("a");
  lease.reset();
  CHECK((*fresh)->state() == SessionState::active);
  CHECK(fixture.pool.size() == 1);
}

}  // namespace
}  // namespace dynsessions::pools
