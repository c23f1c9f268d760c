#include "sandbox/process/clone_process.h"

#include <csignal>

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace dynsessions::sandbox {

pid_t clone_process(unsigned long flags) {
  // With CLONE_PARENT the caller's exit signal is used; any other child sends SIGCHLD.
  const unsigned long exit_signal = (flags & CLONE_PARENT) != 0 ? 0 : SIGCHLD;
  return static_cast<pid_t>(
      ::syscall(SYS_clone, flags | exit_signal, nullptr, nullptr, nullptr, nullptr));
}

}  // namespace dynsessions::sandbox
