#pragma once

#include <sys/types.h>

namespace dynsessions::sandbox {

/// fork(2) with namespace flags. It uses the plain clone call, because container runtimes answer
/// clone3 with ENOSYS. The child must obey the rules of step.h. Returns -1 and sets errno on
/// failure.
pid_t clone_process(unsigned long flags);

}  // namespace dynsessions::sandbox
