#pragma once

#include <deque>
#include <string>
#include <vector>

#include <sys/types.h>

#include "sandbox/base/unique_fd.h"
#include "sandbox/spec/launch_spec.h"
#include "sandbox/spec/launcher_protocol.h"

/// A small blocking client of the real launcher program, for tests. Every wait ends after thirty
/// seconds with an exception.
namespace dynsessions::sandbox::test {

/// Whether this run of the tests is one with a zygote. The same tests run with and without.
[[nodiscard]] bool forks_interpreters();

/// Python of the system, which reads the name of a program and its arguments as one line of JSON
/// from its control socket, and runs it; see tests/sandbox/programs/run.py. Forked, by
/// forks_interpreters().
[[nodiscard]] LaunchSpec program_spec();

/// The same in a tier without namespaces, and so without a zygote; the programs stay where they
/// are.
[[nodiscard]] LaunchSpec program_spec(Tier tier);

class LauncherHarness {
 public:
  /// Starts the launcher and gives it the spec. `prefix` is a command that starts the rest of its
  /// line, such as strace.
  explicit LauncherHarness(const LaunchSpec& spec, const std::vector<std::string>& prefix = {});
  LauncherHarness(const LauncherHarness&) = delete;
  LauncherHarness& operator=(const LauncherHarness&) = delete;
  /// Hangs up and waits until the launcher is gone.
  ~LauncherHarness();

  /// What the launcher said to the spec.
  [[nodiscard]] const Reply& greeting() const { return greeting_; }
  [[nodiscard]] pid_t pid() const { return pid_; }

  /// Sends a request and returns its reply; events that come before wait for next_event. With a
  /// zygote, interpreters are forked instead of started.
  Received<Reply> request(RequestKind kind, std::uint64_t sandbox_id = 1,
                          std::uint32_t interpreter_id = 0);
  Reply next_event();

  /// Closes the socket, waits, and returns the wait status.
  int hang_up();

 private:
  Received<Reply> receive();

  const bool has_zygote_;
  UniqueFd socket_;
  pid_t pid_ = 0;
  Reply greeting_{};
  std::uint64_t last_request_ = 0;
  std::deque<Reply> events_;
};

/// The streams of a started interpreter.
struct Interpreter {
  UniqueFd control;
  UniqueFd output;
  UniqueFd error;
};

[[nodiscard]] Interpreter take_interpreter(Received<Reply> reply);

/// Reads until end of file; throws after thirty seconds.
[[nodiscard]] std::string read_all(int fd);

/// Runs one of tests/sandbox/programs in an interpreter and returns what it printed, JSON; what it
/// said on stderr is in the exception when it printed nothing.
std::string run_program(const Interpreter& interpreter, const std::string& program,
                        const std::string& json_arguments = "{}");

/// Processes whose chain of parents leads to `ancestor`, without itself.
[[nodiscard]] std::vector<pid_t> descendants(pid_t ancestor);

/// Waits until all of them are gone; false after ten seconds.
[[nodiscard]] bool all_gone(const std::vector<pid_t>& processes);

}  // namespace dynsessions::sandbox::test
