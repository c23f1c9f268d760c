#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include <sys/types.h>

/// The memory that processes and their descendants use, for machines without memory groups
/// (cgroups.h). The launcher checks periodically and ends the jail that uses most. A program can
/// exceed the limit between two checks.
///
/// Memory consists of private pages, shared anonymous pages, and mapped pages of tmpfs files; a
/// page that several processes share counts once.
namespace dynsessions::sandbox {

/// From /proc/PID/status, in bytes. Pages that forked processes share count for each of them, so
/// the sum is never too low.
struct ProcessMemory {
  pid_t parent = 0;
  std::uint64_t bytes = 0;
};
[[nodiscard]] ProcessMemory parse_process_status(std::string_view text);

/// From /proc/PID/smaps_rollup, in bytes; each page is divided by the number of processes that map
/// it.
[[nodiscard]] std::uint64_t parse_proportional_memory(std::string_view text);

/// All processes that this process can see.
using ProcessTable = std::map<pid_t, ProcessMemory>;
[[nodiscard]] ProcessTable read_processes();

/// Returns `roots` and all their descendants.
[[nodiscard]] std::vector<pid_t> family_of(const ProcessTable& table, std::span<const pid_t> roots);

/// The memory of these processes of the table. As long as it is at most a quarter of `limit` (a
/// sandbox has at most four jails), returns a quick sum that is never too low; above that, the
/// exact sum, which is slow.
[[nodiscard]] std::uint64_t memory_of(const ProcessTable& table, std::span<const pid_t> processes,
                                      std::uint64_t limit);

}  // namespace dynsessions::sandbox
