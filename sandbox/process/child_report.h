#pragma once

#include <optional>

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

/// Everything that came before end of file.
struct ChildOutcome {
  ChildReport failure;  ///< error_number 0 when none was reported
  pid_t started = 0;
  UniqueFd descriptor;
};

/// Launcher side. Waits for end of file, at most ten seconds: then ETIMEDOUT is the failure.
[[nodiscard]] ChildOutcome await_child(int socket);

/// The same, but returns as soon as it is said which process was started.
[[nodiscard]] ChildOutcome await_start(int socket);

}  // namespace dynsessions::sandbox
