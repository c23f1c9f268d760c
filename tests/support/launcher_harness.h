#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include <sys/types.h>

#include "sandbox/base/unique_fd.h"
#include "sandbox/protocol/launcher_protocol.h"
#include "sandbox/protocol/launcher_spec.h"
#include "sandbox/protocol/sandbox_profile.h"

/// A small blocking client of the real launcher program, for tests. Every wait ends after thirty
/// seconds with an exception.
namespace dynsessions::sandbox::test {

/// Returns whether this test run has a zygote. The same tests run with and without one.
[[nodiscard]] bool forks_interpreters();

/// Specification of a launcher and its first profile.
struct LaunchSpec {
  LauncherSpec launcher;
  SandboxProfile profile;
};

/// The id of that profile.
inline constexpr std::uint64_t kFirstProfile = 1;

/// Specification of the system's Python, which reads the name of a program and its arguments as one
/// line of JSON from its control socket, and runs it; see tests/sandbox/programs/run.py. Forked if
/// forks_interpreters().
[[nodiscard]] LaunchSpec program_spec();

/// The same in a tier without namespaces, and so without a zygote; the programs keep their paths.
[[nodiscard]] LaunchSpec program_spec(Tier tier);

class LauncherHarness {
 public:
  /// Starts the launcher, sends it the spec and defines the first profile. `prefix` is a command
  /// that runs the rest of its command line, such as strace.
  explicit LauncherHarness(const LaunchSpec& spec, const std::vector<std::string>& prefix = {});
  LauncherHarness(const LauncherHarness&) = delete;
  LauncherHarness& operator=(const LauncherHarness&) = delete;
  /// Closes the socket and waits until the launcher has exited.
  ~LauncherHarness();

  /// The launcher's reply to the spec.
  [[nodiscard]] const Reply& greeting() const { return greeting_; }
  /// The launcher's reply to the definition of the first profile, or to the spec if it refused the
  /// spec.
  [[nodiscard]] const Reply& definition() const { return definition_; }
  [[nodiscard]] pid_t pid() const { return pid_; }

  /// Sends a request and returns its reply; earlier events are kept for next_event. Sandboxes use
  /// the first profile. With a zygote, interpreters are forked instead of started.
  Received<Reply> request(RequestKind kind, std::uint64_t sandbox_id = 1,
                          std::uint32_t interpreter_id = 0);
  Reply next_event();

  Reply define(const SandboxProfile& profile, std::uint64_t profile_id);
  Reply forget(std::uint64_t profile_id);
  /// Sends a request and returns its id; reply_to() waits for the answer.
  std::uint64_t send(Request request, const std::string& profile = {});
  Received<Reply> reply_to(std::uint64_t request_id);
  Received<Reply> create(std::uint64_t sandbox_id, std::uint64_t profile_id = kFirstProfile);

  /// Closes the socket, waits, and returns the wait status.
  int hang_up();

 private:
  Received<Reply> receive();

  std::map<std::uint64_t, bool> forks_;              ///< by profile
  std::map<std::uint64_t, std::uint64_t> profiles_;  ///< keyed by sandbox
  UniqueFd socket_;
  pid_t pid_ = 0;
  Reply greeting_{};
  Reply definition_{};
  std::uint64_t last_request_ = 0;
  std::deque<Reply> events_;
  std::map<std::uint64_t, Received<Reply>> replies_;  ///< arrived while another reply was awaited
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

/// Runs one of tests/sandbox/programs in an interpreter and returns the JSON that it printed. If it
/// printed nothing, throws an exception with its stderr.
std::string run_program(const Interpreter& interpreter, const std::string& program,
                        const std::string& json_arguments = "{}");

/// Returns processes whose chain of parents leads to `ancestor`, without `ancestor`.
[[nodiscard]] std::vector<pid_t> descendants(pid_t ancestor);

/// Waits until all of them have exited; returns false after ten seconds.
[[nodiscard]] bool all_gone(const std::vector<pid_t>& processes);

}  // namespace dynsessions::sandbox::test
