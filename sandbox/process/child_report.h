#pragma once

#include <chrono>

#include <sys/types.h>

#include "sandbox/base/unique_fd.h"
#include "sandbox/process/step.h"

/// How a child tells the launcher what became of it, over a SOCK_SEQPACKET pair of its own. The
/// child's end is close-on-exec, so end of file means: it did exec, or ended. Whether it is what it
/// should be is then looked up from outside (verification.h), never believed.
namespace dynsessions::sandbox {

struct ChildReport {
  int error_number = 0;
  pid_t pid = 0;       ///< a process that was started, as the launcher's PID namespace counts
  char step[64] = {};  ///< the step that failed, NUL-terminated; empty when this is no failure
};

/// Both are async-signal-safe; `descriptor` is lent, -1 sends none.
StepResult send_report(int socket, const ChildReport& report, int descriptor = -1);
void send_failure(int socket, const StepFailure& failure);

/// Writes "step detail" into a fixed field, cut to fit, always NUL-terminated.
void format_step(const StepFailure& failure, char* field, std::size_t size);

/// Everything that has come.
struct ChildOutcome {
  ChildReport failure;  ///< error_number 0 when none was reported
  pid_t started = 0;
  UniqueFd descriptor;
};

/// The launcher's end: collects the reports of one child without ever waiting for it.
class ChildReports {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// A child takes about a millisecond; only a machine in distress comes near this.
  static constexpr std::chrono::seconds kPatience{10};

  explicit ChildReports(UniqueFd socket, std::chrono::milliseconds patience = kPatience);

  /// Descriptor to poll for input.
  [[nodiscard]] int descriptor() const { return socket_.get(); }
  [[nodiscard]] Time deadline() const { return deadline_; }

  /// Takes what has come by now. From the deadline on, ETIMEDOUT is the failure.
  void read(Time now);
  /// Whether nothing more will come: end of file, or a failure to wait for it.
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
