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

/// What starting processes takes in every tier. All but the destructors throw StepError.
namespace dynsessions::sandbox {

struct FdPair {
  UniqueFd ours;
  UniqueFd theirs;
};

[[nodiscard]] FdPair make_socket_pair(int type);
[[nodiscard]] FdPair make_pipe();
/// A pipe that its writer can open once more, as /dev/stdout, whichever user it is.
[[nodiscard]] FdPair make_output_pipe();

/// A child that is killed unless everything goes well. The launcher's loop reaps it and tells the
/// owner of this object by reaped(), so that the pid is safe to signal until then.
class UnfinishedProcess {
 public:
  UnfinishedProcess() = default;
  UnfinishedProcess(UnfinishedProcess&& other) noexcept : pid_(other.keep()) {}
  UnfinishedProcess& operator=(UnfinishedProcess&&) = delete;
  ~UnfinishedProcess() {
    if (pid_ > 0) ::kill(pid_, SIGKILL);
  }

  /// Becomes the owner of a child; 0 is none.
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
/// As of verification.h: null is good.
void require_confined(const char* weakness);

/// The ends of what an interpreter talks on: ours, and those it is born with.
struct Channels {
  FdPair report = make_socket_pair(SOCK_SEQPACKET);
  FdPair control = make_socket_pair(SOCK_STREAM);
  FdPair output = make_output_pipe();
  FdPair error = make_output_pipe();
};

}  // namespace dynsessions::sandbox
