#include "emulator/base/fifo_semaphore.h"

#include "tests/support/catch.h"
#include "tests/support/test_loop.h"

namespace dynsessions {
namespace {

using MaybePermit = std::optional<FifoSemaphore::Permit>;
using test::TestLoop;

struct SemaphoreFixture {
  ~SemaphoreFixture() {
    semaphore.cancel_waiters();
    loop.settle();  // before the semaphore is destroyed
  }
  test::Task<MaybePermit> wait() { return loop.start(semaphore.wait()); }
  /// Returns the permit of a task that must have one.
  MaybePermit permit_of(test::Task<MaybePermit>& task) {
    loop.settle();
    REQUIRE(task.done());
    MaybePermit permit = task.result();
    REQUIRE(permit);
    return permit;
  }

  TestLoop loop;
  FifoSemaphore semaphore{loop.executor()};
};

TEST_CASE("a free semaphore is given at once", "[sessions][semaphore]") {
  SemaphoreFixture fixture;
  for (int round = 0; round < 2; ++round) {
    auto task = fixture.wait();
    CHECK(task.done());
    const auto permit = fixture.permit_of(task);
  }
}

TEST_CASE("a semaphore passes on in order of arrival", "[sessions][semaphore]") {
  SemaphoreFixture fixture;
  auto first = fixture.wait();
  auto second = fixture.wait();
  auto third = fixture.wait();
  auto permit = fixture.permit_of(first);
  CHECK_FALSE(second.done());

  permit.reset();
  auto second_pass = fixture.permit_of(second);
  CHECK_FALSE(third.done());
  second_pass.reset();
  CHECK(fixture.permit_of(third));
}

TEST_CASE("permits that are added go to those who wait", "[sessions][semaphore]") {
  SemaphoreFixture fixture;
  auto first = fixture.wait();
  auto second = fixture.wait();
  auto third = fixture.wait();
  fixture.semaphore.add_permits(3);
  const auto permits = {fixture.permit_of(first), fixture.permit_of(second),
                        fixture.permit_of(third)};
  auto fourth = fixture.wait();
  const auto permit = fixture.permit_of(fourth);
  CHECK_FALSE(fixture.wait().done());
}

TEST_CASE("a semaphore with more places lets as many through", "[sessions][semaphore]") {
  SemaphoreFixture fixture;
  FifoSemaphore wide(fixture.loop.executor(), 2);
  auto first = fixture.loop.start(wide.wait());
  auto second = fixture.loop.start(wide.wait());
  auto third = fixture.loop.start(wide.wait());
  auto permit = fixture.permit_of(first);
  auto second_pass = fixture.permit_of(second);
  CHECK_FALSE(third.done());
  second_pass.reset();
  auto third_pass = fixture.permit_of(third);
  permit.reset();
  third_pass.reset();
  auto later = fixture.loop.start(wide.wait());
  CHECK(fixture.permit_of(later));
}

TEST_CASE("a semaphore that was passed on cannot be snatched on its way", "[sessions][semaphore]") {
  SemaphoreFixture fixture;
  auto first = fixture.wait();
  auto second = fixture.wait();
  fixture.permit_of(first).reset();  // `second` is admitted, but has not run yet
  auto late = fixture.wait();
  CHECK(second.done());
  CHECK_FALSE(late.done());
  const auto permit = fixture.permit_of(second);
}

TEST_CASE("waiters can be cancelled; the holder keeps its permit", "[sessions][semaphore]") {
  SemaphoreFixture fixture;
  auto first = fixture.wait();
  auto second = fixture.wait();
  auto permit = fixture.permit_of(first);
  fixture.semaphore.cancel_waiters();
  auto late = fixture.wait();
  REQUIRE(second.done());
  CHECK_FALSE(second.result());
  CHECK_FALSE(late.done());
  permit.reset();
  CHECK(fixture.permit_of(late));
}

TEST_CASE("a cancelled wait leaves the queue", "[sessions][semaphore]") {
  SemaphoreFixture fixture;
  auto first = fixture.wait();
  auto second = fixture.wait();
  auto third = fixture.wait();
  auto permit = fixture.permit_of(first);
  second.cancel();
  fixture.loop.settle();
  REQUIRE(second.done());
  CHECK_THROWS(second.result());
  permit.reset();
  CHECK(fixture.permit_of(third));
}

TEST_CASE("a semaphore is not lost when it is given to a wait that ends by itself",
          "[sessions][semaphore]") {
  SemaphoreFixture fixture;
  auto first = fixture.wait();
  auto second = fixture.wait();
  auto third = fixture.wait();
  auto permit = fixture.permit_of(first);
  second.cancel();
  permit.reset();  // admits `second` before it has noticed
  fixture.loop.settle();
  REQUIRE(second.done());
  CHECK(second.result());  // it was admitted in time; its permit ends here
  CHECK(fixture.permit_of(third));
}

}  // namespace
}  // namespace dynsessions
