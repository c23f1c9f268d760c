#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "sandbox/base/unique_fd.h"

namespace dynsessions {

/// A program that was started with its stdout coming here. Ended with SIGTERM and waited for when
/// this object goes. The kernel ends it should this program be killed.
///
/// For programs with one thread only: between fork and exec nothing else may run.
class ChildProcess {
 public:
  enum class Kind {
    helper,  ///< shares our terminal: Ctrl-C reaches it, and its stderr is ours
    server,  ///< does neither: it outlives a Ctrl-C, and its stderr is kept for said()
  };

  /// Throws std::system_error when it cannot be started.
  explicit ChildProcess(const std::vector<std::string>& arguments, Kind kind = Kind::helper);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();

  /// The next line of its output, without the line's end; what is left when the output ends.
  std::string read_line();
  /// All of its output until it closes it.
  std::string read_all();
  /// The same of a program that may never end: nothing when that takes longer than `patience`.
  /// Either way it is killed.
  std::optional<std::string> read_all(std::chrono::milliseconds patience);
  /// What a server has written to stderr since this was last asked.
  std::string said();
  /// Waits for its end; its exit code, or -1 for a signal. One of the two, once.
  int wait();
  /// Ends it as an operator would, with SIGTERM, and waits.
  int stop();

 private:
  /// False at the end of the output.
  bool read_byte(char& byte);
  /// Nothing when the output does not end before.
  std::optional<std::string> read_until(std::chrono::steady_clock::time_point end);

  UniqueFd output_;
  UniqueFd errors_;  ///< a file in memory, of a server only
  off_t errors_read_ = 0;
  pid_t pid_ = -1;
};

}  // namespace dynsessions
