#pragma once

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

/// A child that is killed and reaped again unless everything went well.
class UnfinishedProcess {
 public:
  enum class Reaping { here, in_loop };

  explicit UnfinishedProcess(pid_t pid, Reaping reaping = Reaping::here)
      : pid_(pid), reaping_(reaping) {}
  UnfinishedProcess(const UnfinishedProcess&) = delete;
  UnfinishedProcess& operator=(const UnfinishedProcess&) = delete;
  ~UnfinishedProcess() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    if (reaping_ == Reaping::in_loop) return;
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  [[nodiscard]] pid_t get() const { return pid_; }
  [[nodiscard]] pid_t keep() { return std::exchange(pid_, 0); }

 private:
  pid_t pid_;
  const Reaping reaping_;
};

void require(const StepResult& result, const char* step);
void require_no_failure(const ChildOutcome& outcome);
/// As of verification.h: null is good.
void require_confined(const char* weakness);

/// The ends of what an interpreter talks on: ours, and those it is born with.
struct Channels {
  FdPair report = make_socket_pair(SOCK_SEQPACKET);
  FdPair control = make_socket_pair(SOCK_STREAM);
  FdPair output = make_pipe();
  FdPair error = make_pipe();
};

}  // namespace dynsessions::sandbox
