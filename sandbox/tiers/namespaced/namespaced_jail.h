#pragma once

#include <cerrno>
#include <csignal>

#include "sandbox/process/step_error.h"
#include "sandbox/tiers/isolation.h"

namespace dynsessions::sandbox {

/// An interpreter and the init of its jail. Both are the launcher's children and only its loop
/// reaps them, so that their pids are safe to signal until then. Init is never reaped first.
class NamespacedJail final : public Jail {
 public:
  NamespacedJail(pid_t init, pid_t interpreter) : init_(init), interpreter_(interpreter) {}

  void interrupt() override {
    if (interpreter_ == 0) throw StepError("interrupt: no interpreter", ESRCH);
    if (::kill(-interpreter_, SIGINT) < 0) throw StepError("interrupt", errno);
  }

  void end() override {
    if (::kill(init_, SIGKILL) < 0) throw StepError("kill", errno);
  }

  /// The kernel lets init end only after everything else in its PID namespace.
  Reaped reaped(pid_t pid, int wait_status) override {
    if (pid == init_) return Reaped::gone;
    if (pid != interpreter_) return Reaped::other_process;
    interpreter_ = 0;
    wait_status_ = wait_status;
    // Everything it leaves behind ends with init. Init has not been reaped yet, so the pid is still
    // its own.
    ::kill(init_, SIGKILL);
    return Reaped::still_running;
  }

  [[nodiscard]] std::vector<pid_t> processes() const override {
    if (interpreter_ == 0) return {init_};
    return {init_, interpreter_};
  }

  [[nodiscard]] pid_t own_process() const override { return init_; }
  [[nodiscard]] int wait_status() const override { return wait_status_; }

 private:
  const pid_t init_;
  pid_t interpreter_;
  int wait_status_ = 0;
};

}  // namespace dynsessions::sandbox
