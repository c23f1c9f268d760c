#include "emulator/base/output.h"

#include <array>
#include <string>
#include <thread>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "sandbox/base/unique_fd.h"
#include "tests/support/catch.h"

namespace dynsessions {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kPipe = 64 * 1024;  ///< bytes that a pipe holds without a reader

class Pipe {
 public:
  Pipe() {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    reader_ = UniqueFd(ends[0]);
    writer_ = ends[1];
  }

  [[nodiscard]] int writer() const { return writer_; }

  /// Reads the next `size` bytes.
  std::string read(std::size_t size) const {
    std::string text(size, '\0');
    std::size_t filled = 0;
    while (filled < size) {
      const ssize_t count = ::read(reader_.get(), text.data() + filled, size - filled);
      if (count <= 0) break;
      filled += static_cast<std::size_t>(count);
    }
    text.resize(filled);
    return text;
  }

  /// Waits until a writer is blocked.
  void wait_until_full() const {
    int waiting = 0;
    while (::ioctl(reader_.get(), FIONREAD, &waiting) == 0 && waiting < static_cast<int>(kPipe)) {
      std::this_thread::yield();
    }
  }

  void close_reader() { reader_ = UniqueFd(); }

 private:
  UniqueFd reader_;
  /// Stays open, as Output requires: a thread that outlives its Output must not write into the pipe
  /// of the next test.
  int writer_ = -1;
};

std::string line_of(std::size_t size, char letter) { return std::string(size - 1, letter) + '\n'; }

TEST_CASE("text arrives in order, before and after there is a thread", "[base][output]") {
  const Pipe pipe;
  Output output(pipe.writer());
  output.write("one\n");
  output.write_in_background();
  output.write("two\n");
  output.write("three\n");
  CHECK(output.finish());
  CHECK(pipe.read(14) == "one\ntwo\nthree\n");
}

TEST_CASE("a reader that does not read blocks no caller", "[base][output]") {
  const Pipe pipe;
  Output output(pipe.writer());
  output.write_in_background();
  for (int i = 0; i < 100; ++i) output.write(line_of(kPipe, 'x'));
  CHECK_FALSE(output.finish(milliseconds(20)));
}

TEST_CASE("without a thread, what the reader does not take waits for the thread",
          "[base][output]") {
  const Pipe pipe;
  Output output(pipe.writer());
  const std::string text = line_of(3 * kPipe, 'x');
  output.write(text);
  CHECK_FALSE(output.is_written());
  output.write_in_background();
  CHECK(pipe.read(text.size()) == text);
  CHECK(output.finish());
}

TEST_CASE("all text arrives when it is read, however much it is", "[base][output]") {
  const Pipe pipe;
  Output output(pipe.writer());
  output.write_in_background();
  std::string all;
  for (int i = 0; i < 200; ++i) {
    const std::string text = line_of(kPipe, static_cast<char>('a' + i % 26));
    output.write(text);
    CHECK(pipe.read(text.size()) == text);
  }
  CHECK(output.finish());
}

TEST_CASE("dropped lines are reported in their place once the reader reads again",
          "[base][output]") {
  const Pipe pipe;
  Output output(pipe.writer(), 4 * kPipe);
  output.use([](std::uint64_t lines) { return std::to_string(lines) + " dropped\n"; });
  output.write_in_background();
  output.write(line_of(2 * kPipe, 'a'));  // the thread takes it, the pipe holds half of it
  pipe.wait_until_full();
  output.write(line_of(4 * kPipe, 'b'));
  for (int i = 0; i < 7; ++i) output.write("c\n");
  CHECK(pipe.read(6 * kPipe) == line_of(2 * kPipe, 'a') + line_of(4 * kPipe, 'b'));
  CHECK(pipe.read(10) == "7 dropped\n");
  CHECK(output.finish());
  output.write("d\n");
  CHECK(pipe.read(2) == "d\n");
}

TEST_CASE("a short line is not put in the place of a longer one that was dropped",
          "[base][output]") {
  const Pipe pipe;
  Output output(pipe.writer(), 10);
  output.use([](std::uint64_t lines) { return std::to_string(lines) + " dropped\n"; });
  output.write_in_background();
  output.write("fits\n");
  CHECK(output.finish());
  output.write("does not fit at all\n");
  output.write("no\n");
  CHECK(pipe.read(5) == "fits\n");
  const std::string next = pipe.read(10);
  // The thread can have reported the first line before the second arrived.
  CHECK((next == "2 dropped\n" || next == "1 dropped\n"));
}

TEST_CASE("a reader that has gone is no failure", "[base][output]") {
  Pipe pipe;
  Output output(pipe.writer());
  output.write_in_background();
  pipe.close_reader();
  output.write("lost\n");
  CHECK(output.finish());
}

TEST_CASE("a descriptor that was made non-blocking loses nothing", "[base][output]") {
  const Pipe pipe;
  REQUIRE(::fcntl(pipe.writer(), F_SETFL, O_NONBLOCK) == 0);
  Output output(pipe.writer());
  output.write_in_background();
  const std::string text = line_of(3 * kPipe, 'x');
  output.write(text);
  CHECK(pipe.read(text.size()) == text);
}

}  // namespace
}  // namespace dynsessions
