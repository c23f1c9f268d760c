#include "sandbox/process/clone_process.h"

#include <csignal>

#include <sched.h>
#include <unistd.h>

#include <sys/syscall.h>

namespace dynsessions::sandbox {

pid_t clone_process(unsigned long flags) {
  // CLONE_PARENT takes the exit signal of the caller; any other child announces itself by SIGCHLD.
  const unsigned long exit_signal = (flags & CLONE_PARENT) != 0 ? 0 : SIGCHLD;
  return static_cast<pid_t>(
      ::syscall(SYS_clone, flags | exit_signal, nullptr, nullptr, nullptr, nullptr));
}

}  // namespace dynsessions::sandbox
