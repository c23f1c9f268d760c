#include "sandbox/kernel/seccomp/bpf_program.h"

#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace dynsessions::sandbox {

StepResult install_filter(std::span<const sock_filter> filter) {
  // The kernel only reads the instructions, but its structure lacks const.
  const sock_fprog program{static_cast<unsigned short>(filter.size()),
                           const_cast<sock_filter*>(filter.data())};
  return checked(::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program));
}

}  // namespace dynsessions::sandbox
