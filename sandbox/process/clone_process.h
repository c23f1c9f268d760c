#pragma once

#include <sys/types.h>

namespace dynsessions::sandbox {

/// fork(2) with namespace flags. The plain clone call and not clone3, which container runtimes
/// answer with ENOSYS. The child may only do what step.h allows. -1 and errno on failure.
pid_t clone_process(unsigned long flags);

}  // namespace dynsessions::sandbox
