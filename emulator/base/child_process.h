#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "sandbox/base/unique_fd.h"

namespace dynsessions {

/// A child process whose stdout is a pipe to this process. The destructor sends SIGTERM and waits
/// for the exit. The kernel ends the child if this process is killed.
///
/// Between fork and exec the child makes only system calls, so the program can have threads. The
/// thread that starts the child must outlive it: the kernel ends the child with that thread.
class ChildProcess {
 public:
  enum class Kind {
    helper,  ///< shares the terminal and stderr of this process: Ctrl-C reaches it
    server,  ///< shares neither: it survives a Ctrl-C, and take_stderr() returns its stderr
  };

  /// Throws std::system_error if the program cannot be started.
  explicit ChildProcess(const std::vector<std::string>& arguments, Kind kind = Kind::helper);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();

  /// Returns the next line of stdout without its line end; at the end of the output, the unfinished
  /// rest.
  std::string read_line();
  /// Reads stdout until the child closes it.
  std::string read_all();
  /// Like read_all(), for a program that might never exit: returns nullopt if it takes longer than
  /// `timeout`. The child is killed in both cases.
  std::optional<std::string> read_all(std::chrono::milliseconds timeout);
  /// The pipe that stdout goes to, for a program that waits for its end on an event loop.
  [[nodiscard]] int output() const { return output_.get(); }
  /// Returns the text that a `server` wrote to stderr since the last call.
  std::string take_stderr();
  /// Waits for the exit. Returns the exit code, or -1 after a signal. Call wait() or stop(), once.
  int wait();
  /// Sends SIGTERM, as an operator would, and waits for the exit.
  int stop();

 private:
  /// Returns false at the end of the output.
  bool read_byte(char& byte);
  /// Returns nullopt if the output does not end before `end`.
  std::optional<std::string> read_until(std::chrono::steady_clock::time_point end);

  UniqueFd output_;
  UniqueFd errors_;  ///< a file in memory with the stderr of a `server`; otherwise empty
  off_t errors_read_ = 0;
  pid_t pid_ = -1;
};

/// Returns the last line of a text that a process printed, without its line end.
[[nodiscard]] std::string last_line_of(std::string text);

}  // namespace dynsessions
