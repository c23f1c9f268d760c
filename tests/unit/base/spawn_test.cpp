#include "emulator/base/spawn.h"

#include <memory>
#include <stdexcept>

#include "emulator/base/event.h"
#include "tests/support/catch.h"

namespace dynsessions {
namespace {

namespace asio = boost::asio;

asio::awaitable<void> fail() {
  throw std::runtime_error("disk on fire");
  co_return;
}

asio::awaitable<std::unique_ptr<int>> forty_two() { co_return std::make_unique<int>(42); }

asio::awaitable<std::unique_ptr<int>> fail_with_result() {
  co_await fail();
  co_return nullptr;
}

TEST_CASE("a spawned coroutine tells its end, with its exception", "[core][spawn]") {
  asio::io_context loop;
  int ended = 0;
  std::exception_ptr thrown;
  const Ended note = [&](const std::exception_ptr& exception) {
    ++ended;
    thrown = exception;
  };
  std::optional<std::unique_ptr<int>> value;
  spawn(loop.get_executor(), keep(forty_two(), value), note);
  loop.run();
  CHECK(ended == 1);
  CHECK_FALSE(thrown);
  REQUIRE(value);
  CHECK(**value == 42);

  spawn(loop.get_executor(), fail(), note);
  loop.restart();
  loop.run();
  CHECK(ended == 2);
  REQUIRE(thrown);
  CHECK_THROWS_WITH(std::rethrow_exception(thrown), "disk on fire");
}

TEST_CASE("the exception of a coroutine without a handler leaves the loop", "[core][spawn]") {
  asio::io_context loop;
  spawn(loop.get_executor(), fail());
  CHECK_THROWS_WITH(loop.run(), "disk on fire");
}

TEST_CASE("a spawned coroutine can be cancelled", "[core][spawn]") {
  asio::io_context loop;
  Event never(loop.get_executor());
  asio::cancellation_signal cancel;
  bool ended = false;
  spawn(
      loop.get_executor(), never.wait(), [&](const std::exception_ptr&) { ended = true; },
      cancel.slot());
  loop.poll();
  CHECK_FALSE(ended);
  cancel.emit(asio::cancellation_type::terminal);
  loop.poll();
  CHECK(ended);
}

TEST_CASE("a coroutine that is run to its end returns its result or throws", "[core][spawn]") {
  asio::io_context loop;
  CHECK(*run_to_end(loop, forty_two()) == 42);
  loop.restart();
  CHECK_THROWS_WITH(run_to_end(loop, fail_with_result()), "disk on fire");
  loop.restart();
  CHECK_THROWS_WITH(run_to_end(loop, fail()), "disk on fire");
}

}  // namespace
}  // namespace dynsessions
