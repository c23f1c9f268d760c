#pragma once

#include <cstdint>
#include <string>
#include <type_traits>

/// How strictly each limit of a session can be enforced on this machine, as found by the launcher
/// at its start; the server reports it to people. Open files are not included: the kernel enforces
/// that limit everywhere (RLIMIT_NOFILE).
namespace dynsessions::sandbox {

enum class LimitKind : std::uint8_t {
  absent,  ///< not enforced
  soft,    ///< checked from time to time, and enforced after it was exceeded
  hard,    ///< the kernel never lets it be exceeded
};

enum class LimitMeans : std::uint8_t {
  nothing,
  cgroup_v1,
  cgroup_v2,
  resource_limit,  ///< RLIMIT_NPROC of the session's user, in its user namespace if it has one
  watching,        ///< RLIMIT_DATA for each process, and memory_watch.h for their sum
  file_system,     ///< size and inodes of each tmpfs
  counting,        ///< RLIMIT_FSIZE for each file, and disk_watch.h for their sum
  separate_user,   ///< each session has a separate user of the host (session_users.h)
  shared_user,     ///< limits of each session, which shares its user with others
};

struct LimitState {
  LimitKind kind = LimitKind::absent;
  LimitMeans means = LimitMeans::nothing;
  bool operator==(const LimitState&) const = default;
};

struct LimitReport {
  LimitState memory;
  LimitState processes;
  LimitState cpu;
  LimitState files{};
  /// The objects that the kernel counts per user: inotify instances, descriptors in flight, queued
  /// signals, POSIX timers, pages in pipes.
  LimitState kernel_objects{};
  bool operator==(const LimitReport&) const = default;
};

static_assert(std::is_trivially_copyable_v<LimitReport>);

[[nodiscard]] std::string words_for(LimitKind kind);
[[nodiscard]] std::string words_for(LimitMeans means);

/// A line such as "memory hard, processes hard, CPU absent, files hard".
[[nodiscard]] std::string summary(const LimitReport& report);

}  // namespace dynsessions::sandbox
