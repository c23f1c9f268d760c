#include "emulator/base/offload.h"

#include <memory>
#include <stdexcept>
#include <thread>

#include <boost/asio/thread_pool.hpp>

#include "tests/support/catch.h"
#include "tests/support/test_loop.h"

namespace dynsessions {
namespace {

namespace asio = boost::asio;
using test::TestLoop;

struct Threads {
  std::thread::id before, work, after;
};

asio::awaitable<Threads> observe_threads(asio::thread_pool& pool) {
  Threads threads;
  threads.before = std::this_thread::get_id();
  auto work = [] { return std::this_thread::get_id(); };
  threads.work = co_await offload(pool, work);
  threads.after = std::this_thread::get_id();
  co_return threads;
}

TEST_CASE("offloaded work runs on the pool and its caller continues on the loop",
          "[core][offload]") {
  TestLoop loop;
  asio::thread_pool pool(1);
  const Threads threads = loop.run(observe_threads(pool));
  CHECK(threads.before == std::this_thread::get_id());
  CHECK(threads.work != threads.before);
  CHECK(threads.after == threads.before);
}

TEST_CASE("an exception of offloaded work is rethrown to its caller", "[core][offload]") {
  TestLoop loop;
  asio::thread_pool pool(1);
  auto work = []() -> int { throw std::runtime_error("disk on fire"); };
  CHECK_THROWS_WITH(loop.run(offload(pool, work)), "disk on fire");
}

TEST_CASE("work that returns nothing can be offloaded", "[core][offload]") {
  TestLoop loop;
  asio::thread_pool pool(1);
  auto flag = std::make_shared<bool>(false);
  auto work = [flag] { *flag = true; };
  loop.run(offload(pool, work));
  CHECK(*flag);
}

TEST_CASE("work and what it gives may be things that can only be moved", "[core][offload]") {
  TestLoop loop;
  asio::thread_pool pool(1);
  auto work = [number = std::make_unique<int>(41)]() mutable {
    ++*number;
    return std::move(number);
  };
  const auto given = loop.run(offload(pool, std::move(work)));
  CHECK(*given == 42);
}

}  // namespace
}  // namespace dynsessions
