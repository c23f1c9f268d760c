#include "emulator/base/event.h"

#include "tests/support/catch.h"
#include "tests/support/test_loop.h"

namespace dynsessions {
namespace {

using test::TestLoop;

TEST_CASE("an event wakes everybody who waits", "[core][event]") {
  TestLoop loop;
  Event event(loop.executor());
  auto one = loop.start(event.wait());
  auto other = loop.start(event.wait());
  CHECK_FALSE(one.done());
  event.notify();
  loop.settle();
  CHECK(one.done());
  CHECK(other.done());
}

TEST_CASE("an event that no coroutine waits for is not remembered", "[core][event]") {
  TestLoop loop;
  Event event(loop.executor());
  event.notify();
  auto waiting = loop.start(event.wait());
  CHECK_FALSE(waiting.done());
  event.notify();
  loop.settle();
  CHECK(waiting.done());
}

TEST_CASE("an event can be waited for again", "[core][event]") {
  TestLoop loop;
  Event event(loop.executor());
  for (int round = 0; round < 3; ++round) {
    auto waiting = loop.start(event.wait());
    CHECK_FALSE(waiting.done());
    event.notify();
    loop.settle();
    CHECK(waiting.done());
  }
}

TEST_CASE("a cancelled wait for an event ends without an exception", "[core][event]") {
  TestLoop loop;
  Event event(loop.executor());
  auto cancelled = loop.start(event.wait());
  auto waiting = loop.start(event.wait());
  cancelled.cancel();
  loop.settle();
  CHECK(cancelled.done());
  CHECK_NOTHROW(cancelled.result());
  CHECK_FALSE(waiting.done());
}

}  // namespace
}  // namespace dynsessions
