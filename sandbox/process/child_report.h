#pragma once

#include <chrono>

#include <sys/types.h>

#include "sandbox/base/unique_fd.h"
#include "sandbox/process/step.h"

/// A child reports its progress to the launcher over a SOCK_SEQPACKET pair. The child's end is
/// close-on-exec, so end of file means that it did exec or exited. The launcher then verifies the
/// child's state from outside (verification.h) and never relies on its report.
namespace dynsessions::sandbox {

struct ChildReport {
  int error_number = 0;
  pid_t pid = 0;       ///< a process that was started, as numbered in the launcher's PID namespace
  char step[64] = {};  ///< the step that failed, NUL-terminated; empty if none failed
};

/// Both functions are async-signal-safe; `descriptor` is borrowed, -1 sends none.
StepResult send_report(int socket, const ChildReport& report, int descriptor = -1);
void send_failure(int socket, const StepFailure& failure);

/// Writes "step detail" into a fixed field: truncated to fit, always NUL-terminated.
void format_step(const StepFailure& failure, char* field, std::size_t size);

/// The messages that have arrived.
struct ChildOutcome {
  ChildReport failure;  ///< error_number is 0 if none was reported
  pid_t started = 0;
  UniqueFd descriptor;
};

/// The launcher's end: collects the reports of one child and never blocks.
class ChildReports {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// A child takes about a millisecond; only an overloaded machine gets near this limit.
  static constexpr std::chrono::seconds kTimeout{10};

  explicit ChildReports(UniqueFd socket, std::chrono::milliseconds timeout = kTimeout);

  /// Descriptor to poll for input.
  [[nodiscard]] int descriptor() const { return socket_.get(); }
  [[nodiscard]] Time deadline() const { return deadline_; }

  /// Reads the messages that have arrived. After the deadline, the failure is ETIMEDOUT.
  void read(Time now);
  /// Whether no more messages will come: end of file, or a failure to wait for it.
  [[nodiscard]] bool have_ended() const { return ended_; }
  [[nodiscard]] ChildOutcome& outcome() { return outcome_; }

 private:
  bool read_one();
  void fail(int error_number);

  UniqueFd socket_;
  Time deadline_;
  ChildOutcome outcome_;
  bool ended_ = false;
};

}  // namespace dynsessions::sandbox
