#pragma once

#include <cstdint>

#include <sys/types.h>

namespace dynsessions::sandbox {

/// Threads that this user runs on the whole machine, as far as /proc shows it: what RLIMIT_NPROC
/// counts where a session has no user namespace and no user of its own.
[[nodiscard]] std::uint64_t count_threads_of(uid_t user);

}  // namespace dynsessions::sandbox
