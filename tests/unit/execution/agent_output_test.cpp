#include <thread>

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

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
  const auto output = fixture.end();
  CHECK(output.stdout_text == "one two ");
  CHECK(output.stderr_text == "not one not two ");
}

TEST_CASE("output that is in the pipe when the result comes still counts", "[execution][output]") {
  AgentFixture fixture;
  fixture.begin(1);
  fixture.agent.say_result(1);
  fixture.loop.settle();
  fixture.agent.write_stdout("written, not yet read");
  fixture.agent.write_stderr("nor this");
  const auto output = fixture.end();
  CHECK(output.stdout_text == "written, not yet read");
  CHECK(output.stderr_text == "nor this");
}

TEST_CASE("output between programs belongs to none", "[execution][output]") {
  AgentFixture fixture;
  fixture.agent.write_stdout("before the first, ");
  fixture.begin(1);
  fixture.agent.write_stdout("one");
  CHECK(fixture.end().stdout_text == "one");

  fixture.agent.write_stdout("late, and read, ");
  fixture.loop.settle();
  fixture.agent.write_stdout("late, and still in the pipe, ");
  fixture.begin(2);
  fixture.agent.write_stdout("two");
  CHECK(fixture.end().stdout_text == "two");
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
  const auto output = fixture.end();
  CHECK(output.stdout_text == "1234567890");
  CHECK(output.stderr_text == "short");

  fixture.begin(2);
  fixture.agent.write_stdout("room again");
  CHECK(fixture.end().stdout_text == "room again");
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
  CHECK(fixture.end().stdout_text == std::string(100, 'x'));
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
    CHECK_FALSE(fixture.end().stdout_text.size() > std::size_t{1} << 20);
    fixture.process.begin({id, "pass", fixture.output_limit});
  }
  fixture.agent.write_stderr("and the other stream is heard");
  CHECK(fixture.end().stderr_text == "and the other stream is heard");
}

std::string text_of(const SpooledText& spooled) {
  std::string text(spooled.size(), '\0');
  spooled.read(0, text);
  return text;
}

/// Makes the agent write at least that many bytes of a pattern to stdout.
std::string write_much(AgentFixture& fixture, std::size_t size) {
  std::string written;
  for (char letter = 'a'; written.size() < size; letter = letter == 'z' ? 'a' : letter + 1) {
    const std::string piece(1000, letter);
    fixture.agent.write_stdout(piece);
    written += piece;
  }
  return written;
}

TEST_CASE("long output is kept in a file, and whole", "[execution][output]") {
  AgentFixture fixture;
  fixture.begin(1);
  std::string written;
  for (int round = 0; round < 10; ++round) {
    written += write_much(fixture, 40'000);
    fixture.loop.run_until([&] {
      int waiting = 0;
      ::ioctl(fixture.agent.stdout_fd(), FIONREAD, &waiting);
      return waiting == 0;
    });
  }
  fixture.agent.write_stderr("short");
  const auto output = fixture.end();
  CHECK_FALSE(output.stdout_text.is_in_memory());
  CHECK(output.stdout_text.in_memory().size() == kTextBytesInMemory);
  CHECK(text_of(output.stdout_text) == written);
  CHECK(output.stderr_text == "short");
}

TEST_CASE("output that has no room in files is cut", "[execution][output]") {
  SpoolLimits limits;
  SECTION("a kernel's bytes") { limits.kernel_bytes = 100; }
  SECTION("a kernel's files") { limits.kernel_files = 0; }
  SECTION("all bytes") { limits.total_bytes = 100; }
  AgentFixture fixture(std::size_t{1} << 20, limits);
  fixture.begin(1);
  const std::size_t written = fixture.agent.fill_stdout();
  REQUIRE(written > kTextBytesInMemory);
  const auto output = fixture.end();
  CHECK(output.stdout_text.is_in_memory());
  CHECK(output.stdout_text.size() == kTextBytesInMemory);

  fixture.begin(2);
  fixture.agent.write_stdout("room again");
  CHECK(fixture.end().stdout_text == "room again");
}

TEST_CASE("a kernel has its room again when its output is released", "[execution][output]") {
  SpoolLimits limits;
  limits.kernel_files = 1;
  AgentFixture fixture(std::size_t{1} << 20, limits);
  const auto print_much = [&fixture](std::uint64_t id) {
    fixture.begin(id);
    (void)fixture.agent.fill_stdout();
    return fixture.end().stdout_text;
  };
  {
    const SpooledText first = print_much(1);
    CHECK_FALSE(first.is_in_memory());
    CHECK(print_much(2).is_in_memory());
  }
  CHECK_FALSE(print_much(3).is_in_memory());
}

TEST_CASE("output is kept as it is, and need not be UTF-8", "[execution][output]") {
  AgentFixture fixture(4);
  fixture.begin(1);
  fixture.agent.write_stdout("\xE2");
  fixture.loop.settle();
  fixture.agent.write_stdout("\x82\xAC\xE9 beyond the limit");
  CHECK(fixture.end().stdout_text == "\xE2\x82\xAC\xE9");
}

TEST_CASE("output of an agent that has gone is not lost", "[execution][output]") {
  AgentFixture fixture;
  fixture.begin(1);
  fixture.agent.write_stdout("last ");
  fixture.agent.write_stderr("words");
  fixture.agent.die();
  fixture.loop.settle();
  CHECK(fixture.process.state() == AgentState::gone);
  const auto output = fixture.end();
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
  CHECK(fixture.end().stdout_text == "then silence");
}

}  // namespace
}  // namespace dynsessions::execution
