#pragma once

#include <cerrno>
#include <csignal>
#include <utility>

#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>

#include "sandbox/base/unique_fd.h"
#include "sandbox/process/child_report.h"
#include "sandbox/process/step.h"
#include "sandbox/process/step_error.h"

/// Helpers to start processes in every tier. All but the destructors throw StepError.
namespace dynsessions::sandbox {

/// A socket pair, or a pipe from a child to the launcher.
struct FdPair {
  UniqueFd launcher_end;
  UniqueFd child_end;
};

[[nodiscard]] FdPair make_socket_pair(int type);
[[nodiscard]] FdPair make_pipe();
/// Makes a pipe that its writer can open again as /dev/stdout, whatever user it has.
[[nodiscard]] FdPair make_output_pipe();

/// A child that is killed unless its start succeeds. The launcher's loop reaps it and reports this
/// to the owner through reaped(), so that the pid is safe to signal until then.
class UnfinishedProcess {
 public:
  UnfinishedProcess() = default;
  UnfinishedProcess(UnfinishedProcess&& other) noexcept : pid_(other.keep()) {}
  UnfinishedProcess& operator=(UnfinishedProcess&&) = delete;
  ~UnfinishedProcess() {
    if (pid_ > 0) ::kill(pid_, SIGKILL);
  }

  /// Takes ownership of a child; 0 means none.
  void start(pid_t pid) { pid_ = pid; }
  [[nodiscard]] pid_t get() const { return pid_; }
  [[nodiscard]] pid_t keep() { return std::exchange(pid_, 0); }
  /// The loop has reaped a child. Returns whether it was this one.
  bool reaped(pid_t pid) {
    if (pid_ <= 0 || pid != pid_) return false;
    pid_ = 0;
    return true;
  }
  /// Reaps a child that has closed its report and so is about to be gone.
  void collect() {
    const pid_t pid = keep();
    while (pid > 0 && ::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
  }

 private:
  pid_t pid_ = 0;
};

void require(const StepResult& result, const char* step);
void require_no_failure(const ChildOutcome& outcome);
/// Throws if a check of verification.h found a weakness; null means none.
void require_confined(const char* weakness);

/// The sockets and pipes between the launcher and an interpreter.
struct Channels {
  FdPair report = make_socket_pair(SOCK_SEQPACKET);
  FdPair control = make_socket_pair(SOCK_STREAM);
  FdPair output = make_output_pipe();
  FdPair error = make_output_pipe();
};

}  // namespace dynsessions::sandbox
