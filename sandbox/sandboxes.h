#pragma once

#include <stdexcept>

#include "emulator/core/unique_fd.h"
#include "sandbox/namespaces.h"
#include "sandbox/sandbox_plan.h"
#include "sandbox/step.h"

/// The launcher's side of making sandboxes and starting interpreters in them. Each function either
/// succeeds wholly, was verified from outside, or throws StepError and leaves nothing behind. They
/// wait for the child, about a millisecond, and at most ten seconds.
namespace dynsessions::sandbox {

/// A step that failed, by name, with its errno.
class StepError : public std::runtime_error {
 public:
  StepError(const std::string& step, int error_number)
      : std::runtime_error(step), error_number_(error_number) {}
  [[nodiscard]] int error_number() const noexcept { return error_number_; }

 private:
  int error_number_;
};

/// One sandbox, as long as its init lives or is not reaped yet. Pids are safe to signal, because
/// both processes are the launcher's own children and only its loop reaps them.
struct Sandbox {
  pid_t init = 0;
  pid_t interpreter = 0;  ///< 0 when none lives
  NamespaceHandles namespaces;
  UniqueFd channel;  ///< to init, see init.h
};

struct CreatedSandbox {
  Sandbox sandbox;
  UniqueFd data_directory;  ///< /mnt/data
};

struct InterpreterStreams {
  UniqueFd control;
  UniqueFd standard_output;
  UniqueFd standard_error;
};

[[nodiscard]] CreatedSandbox create_sandbox(const SandboxPlan& plan);

/// Kills what an earlier interpreter may have left first, so that nothing inside can disturb the
/// new one before it is confined. Sets sandbox.interpreter.
[[nodiscard]] InterpreterStreams start_interpreter(const SandboxPlan& plan, Sandbox& sandbox);

/// SIGKILL for everything in the sandbox but init; returns when all of it has been sent. When init
/// does not answer, the sandbox is ended as a whole.
void kill_all_but_init(const Sandbox& sandbox);

}  // namespace dynsessions::sandbox
