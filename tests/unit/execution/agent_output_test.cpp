#include <thread>

#include <poll.h>
#include <unistd.h>

#include "emulator/base/utf8.h"
#include "tests/support/catch.h"
#include "tests/unit/execution/agent_fixture.h"

namespace dynsessions::execution {
namespace {

TEST_CASE("output of a program is kept apart by stream and in order", "[execution][output]") {
  AgentFixture fixture;
  fixture.begin(1);
  for (const char* piece : {"one ", "two "}) {
    fixture.agent.write_stdout(piece);
    fixture.agent.write_stderr(std::string("not ") + piece);
    fixture.loop.settle();
  }
  const auto output = fixture.process.end();
  CHECK(output.stdout_text == "one two ");
  CHECK(output.stderr_text == "not one not two ");
}

TEST_CASE("what is in the pipe when the result comes still counts", "[execution][output]") {
  AgentFixture fixture;
  fixture.begin(1);
  fixture.agent.say_result(1);
  fixture.loop.settle();
  fixture.agent.write_stdout("written, not yet read");
  fixture.agent.write_stderr("nor this");
  const auto output = fixture.process.end();
  CHECK(output.stdout_text == "written, not yet read");
  CHECK(output.stderr_text == "nor this");
}

TEST_CASE("output between programs belongs to none", "[execution][output]") {
  AgentFixture fixture;
  fixture.agent.write_stdout("before the first, ");
  fixture.begin(1);
  fixture.agent.write_stdout("one");
  CHECK(fixture.process.end().stdout_text == "one");

  fixture.agent.write_stdout("late, and read, ");
  fixture.loop.settle();
  fixture.agent.write_stdout("late, and still in the pipe, ");
  fixture.begin(2);
  fixture.agent.write_stdout("two");
  CHECK(fixture.process.end().stdout_text == "two");
}

TEST_CASE("output is kept up to the limit of each stream, and the rest is taken away",
          "[execution][output]") {
  AgentFixture fixture(10);
  fixture.begin(1);
  fixture.agent.write_stdout("12345678");
  fixture.loop.settle();
  fixture.agent.write_stdout("90abc");
  fixture.agent.write_stderr("short");
  fixture.loop.settle();
  fixture.agent.write_stdout("def");
  const auto output = fixture.process.end();
  CHECK(output.stdout_text == "1234567890");
  CHECK(output.stderr_text == "short");

  fixture.begin(2);
  fixture.agent.write_stdout("room again");
  CHECK(fixture.process.end().stdout_text == "room again");
}

TEST_CASE("a program that writes much is never held up by us", "[execution][output]") {
  AgentFixture fixture(100);
  fixture.begin(1);
  const std::size_t capacity = fixture.agent.fill_stdout();
  REQUIRE(capacity > 0);
  for (int round = 0; round < 4; ++round) {
    fixture.loop.settle();
    CHECK(fixture.agent.fill_stdout() == capacity);
  }
  CHECK(fixture.process.end().stdout_text == std::string(100, 'x'));
}

/// Writes to a pipe as fast as it is read, until it goes out of scope.
class EndlessWriter {
 public:
  explicit EndlessWriter(int fd)
      : thread_([fd](const std::stop_token& stop) {
          const std::string piece(4096, 'x');
          while (!stop.stop_requested()) {
            if (::write(fd, piece.data(), piece.size()) > 0) continue;
            pollfd writable{fd, POLLOUT, 0};
            ::poll(&writable, 1, 10);
          }
        }) {}

 private:
  std::jthread thread_;
};

TEST_CASE("a writer that never ends does not hold up the end of a program", "[execution][output]") {
  AgentFixture fixture;
  fixture.begin(1);
  const EndlessWriter writer(fixture.agent.stdout_fd());
  for (std::uint64_t id = 2; id < 50; ++id) {
    CHECK_FALSE(fixture.process.end().stdout_text.size() > std::size_t{1} << 20);
    fixture.process.begin(id, "pass");
  }
  fixture.agent.write_stderr("and the other stream is heard");
  CHECK(fixture.process.end().stderr_text == "and the other stream is heard");
}

TEST_CASE("output that is not UTF-8 is repaired", "[execution][output]") {
  AgentFixture fixture;
  fixture.begin(1);
  fixture.agent.write_stdout("caf\xE9");
  fixture.agent.write_stderr("\xED\xA0\x80");
  const auto output = fixture.process.end();
  CHECK(output.stdout_text == "caf\xEF\xBF\xBD");
  CHECK(is_valid_utf8(output.stderr_text));
}

TEST_CASE("a character that arrives in two pieces is whole", "[execution][output]") {
  AgentFixture fixture;
  fixture.begin(1);
  fixture.agent.write_stdout("\xE2\x82");
  fixture.loop.settle();
  fixture.agent.write_stdout("\xAC");
  CHECK(fixture.process.end().stdout_text == "\xE2\x82\xAC");
}

TEST_CASE("a character that the limit cuts is repaired", "[execution][output]") {
  AgentFixture fixture(4);
  fixture.begin(1);
  fixture.agent.write_stdout("12\xE2\x82\xAC");
  CHECK(fixture.process.end().stdout_text == "12\xEF\xBF\xBD");
}

TEST_CASE("output of an agent that has gone is not lost", "[execution][output]") {
  AgentFixture fixture;
  fixture.begin(1);
  fixture.agent.write_stdout("last ");
  fixture.agent.write_stderr("words");
  fixture.agent.die();
  fixture.loop.settle();
  CHECK(fixture.process.state() == AgentState::gone);
  const auto output = fixture.process.end();
  CHECK(output.stdout_text == "last ");
  CHECK(output.stderr_text == "words");
}

TEST_CASE("a program may close its streams and still finish", "[execution][output]") {
  AgentFixture fixture;
  fixture.begin(1);
  fixture.agent.write_stdout("then silence");
  fixture.agent.close_output();
  fixture.loop.settle();
  CHECK(fixture.process.state() == AgentState::running);
  fixture.agent.say_result(1);
  fixture.loop.settle();
  CHECK(fixture.process.state() == AgentState::finished);
  CHECK(fixture.process.end().stdout_text == "then silence");
}

}  // namespace
}  // namespace dynsessions::execution
