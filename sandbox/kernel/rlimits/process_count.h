#pragma once

#include <cstdint>

#include <sys/types.h>

namespace dynsessions::sandbox {

/// Number of threads that this user runs on the whole machine, as far as /proc shows. RLIMIT_NPROC
/// counts these if a session has neither a user namespace nor a separate user.
[[nodiscard]] std::uint64_t count_threads_of(uid_t user);

}  // namespace dynsessions::sandbox
