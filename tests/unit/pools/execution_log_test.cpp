#include "emulator/pools/execution_log.h"

#include <memory>
#include <string>

#include <boost/asio/thread_pool.hpp>

#include "tests/support/catch.h"
#include "tests/support/test_loop.h"

namespace dynsessions::pools {
namespace {

namespace asio = boost::asio;

execution::ExecutionResult printed(std::size_t bytes) {
  execution::ExecutionResult result;
  result.stdout_text = std::string(bytes, 'x');
  return result;
}

TEST_CASE("an execution is found from its beginning on and has a result when it has ended",
          "[sessions]") {
  ExecutionLog log;
  CHECK(log.find("a") == nullptr);
  REQUIRE(log.begin("a", {.code = "1"}));
  REQUIRE(log.find("a") != nullptr);
  CHECK_FALSE(log.find("a")->result.has_value());
  CHECK(log.find("a")->request.code.empty());
  log.finish("a", printed(3));
  CHECK(log.find("a")->result->stdout_text == "xxx");
}

TEST_CASE("an id is taken once", "[sessions]") {
  ExecutionLog log;
  REQUIRE(log.begin("a", {}));
  const auto again = log.begin("a", {});
  REQUIRE(again.has_error());
  CHECK(again.error().code == ErrorCode::execution_exists);
}

TEST_CASE("the end of an unknown execution is ignored", "[sessions]") {
  ExecutionLog log;
  log.finish("a", printed(1));
  CHECK(log.find("a") == nullptr);
}

TEST_CASE("the oldest ended execution is forgotten when there are too many", "[sessions]") {
  ExecutionLog log;
  REQUIRE(log.begin("running", {}));
  for (std::size_t i = 1; i < ExecutionLog::kMostRecords; ++i) {
    REQUIRE(log.begin(std::to_string(i), {}));
    log.finish(std::to_string(i), printed(1));
  }
  REQUIRE(log.begin("new", {}));
  CHECK(log.find("running") != nullptr);
  CHECK(log.find("1") == nullptr);
  CHECK(log.find("2") != nullptr);
  CHECK(log.find("new") != nullptr);
}

TEST_CASE("the oldest results are forgotten when they are too large together", "[sessions]") {
  ExecutionLog log;
  for (const char* id : {"a", "b", "c"}) {
    REQUIRE(log.begin(id, {}));
    log.finish(id, printed(ExecutionLog::kMostBytesInMemory * 2 / 5));
  }
  CHECK(log.find("a") == nullptr);
  CHECK(log.find("b") != nullptr);
  CHECK(log.find("c") != nullptr);
}

TEST_CASE("the oldest results are forgotten when they take too much memory", "[sessions]") {
  constexpr std::size_t kSize = std::size_t{40} << 10;
  ExecutionLog log;
  for (int i = 0; i < 100; ++i) {
    REQUIRE(log.begin(std::to_string(i), {}));
    log.finish(std::to_string(i), printed(kSize));
  }
  std::size_t kept = 0;
  for (int i = 0; i < 100; ++i) kept += log.find(std::to_string(i)) != nullptr ? kSize : 0;
  CHECK(kept <= ExecutionLog::kMostBytesInMemory);
  CHECK(kept > ExecutionLog::kMostBytesInMemory / 2);
  CHECK(log.find("99") != nullptr);
}

/// Returns a result whose stdout is partly in memory and partly in a file.
execution::ExecutionResult printed_to_file(test::TestLoop& loop, asio::thread_pool& file_pool) {
  const execution::Spool spool(file_pool);
  constexpr std::size_t kSize = 2 * execution::kTextBytesInMemory;
  execution::TextSpooler text(file_pool, std::make_shared<execution::SpoolFile>(spool.new_kernel()),
                              kSize);
  loop.run(text.append(std::string(kSize, 'x')));
  execution::ExecutionResult result;
  result.stdout_text = text.take();
  REQUIRE_FALSE(result.stdout_text.is_in_memory());
  return result;
}

TEST_CASE("the oldest results in files are forgotten when there are too many", "[sessions]") {
  test::TestLoop loop;
  asio::thread_pool file_pool(1);  // ends first: its thread can still be posting to the loop
  ExecutionLog log;
  for (std::size_t i = 0; i <= ExecutionLog::kMostFiles; ++i) {
    REQUIRE(log.begin(std::to_string(i), {}));
    log.finish(std::to_string(i), printed_to_file(loop, file_pool));
  }
  CHECK(log.find("0") == nullptr);
  CHECK(log.find("1") != nullptr);
}

TEST_CASE("a result that is too large by itself is kept while it is the newest", "[sessions]") {
  ExecutionLog log;
  REQUIRE(log.begin("large", {}));
  log.finish("large", printed(ExecutionLog::kMostBytes + 1));
  CHECK(log.find("large") != nullptr);
  REQUIRE(log.begin("next", {}));
  CHECK(log.find("large") == nullptr);
}

}  // namespace
}  // namespace dynsessions::pools
