#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include <sys/types.h>

/// How much memory processes and all that they have started use, for machines without memory groups
/// (cgroups.h): the launcher looks periodically and ends the jail that uses most. A program can
/// exceed the limit between two looks.
///
/// Memory is private pages, shared anonymous pages, and what is mapped of tmpfs files; pages that
/// several processes share count once.
namespace dynsessions::sandbox {

/// Of /proc/PID/status, bytes. What forked processes share counts for each: never too low.
struct ProcessMemory {
  pid_t parent = 0;
  std::uint64_t bytes = 0;
};
[[nodiscard]] ProcessMemory parse_process_status(std::string_view text);

/// Of /proc/PID/smaps_rollup, bytes; each page divided by the number of processes that map it.
[[nodiscard]] std::uint64_t parse_proportional_memory(std::string_view text);

/// All processes that this one can see.
using ProcessTable = std::map<pid_t, ProcessMemory>;
[[nodiscard]] ProcessTable read_processes();

/// `roots` and everything below them.
[[nodiscard]] std::vector<pid_t> family_of(const ProcessTable& table, std::span<const pid_t> roots);

/// What these processes of the table use. A quick sum, that is never too low, as long as that is at
/// most a quarter of `limit` (a sandbox has four jails at most); the slow one, that is right, when
/// it begins to matter.
[[nodiscard]] std::uint64_t memory_of(const ProcessTable& table, std::span<const pid_t> processes,
                                      std::uint64_t limit);

}  // namespace dynsessions::sandbox
