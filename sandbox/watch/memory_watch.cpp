#include "sandbox/watch/memory_watch.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <string>

#include "sandbox/kernel/cgroups/cgroup_files.h"
#include "sandbox/protocol/launcher_protocol.h"

namespace dynsessions::sandbox {
namespace {

constexpr std::uint64_t kKilobyte = 1024;

/// Calls `note` with name and number of each line "NAME:  123 kB". Without streams, which took a
/// seventh of a processor (docs/MEASURED.md).
template <typename Note>
void for_each_figure(std::string_view text, const Note& note) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::size_t digits = line.find_first_not_of(" \t", colon + 1);
    if (digits == std::string_view::npos) continue;
    std::uint64_t number = 0;
    const char* const end = line.data() + line.size();
    if (std::from_chars(line.data() + digits, end, number).ec == std::errc()) {
      note(line.substr(0, colon), number);
    }
  }
}

std::string process_file(pid_t pid, const char* name) {
  return "/proc/" + std::to_string(pid) + '/' + name;
}

}  // namespace

ProcessMemory parse_process_status(std::string_view text) {
  ProcessMemory memory;
  for_each_figure(text, [&memory](std::string_view name, std::uint64_t number) {
    if (name == "PPid") memory.parent = static_cast<pid_t>(number);
    if (name == "RssAnon" || name == "RssShmem" || name == "VmSwap") {
      memory.bytes += number * kKilobyte;
    }
  });
  return memory;
}

std::uint64_t parse_proportional_memory(std::string_view text) {
  std::uint64_t bytes = 0;
  for_each_figure(text, [&bytes](std::string_view name, std::uint64_t number) {
    if (name == "Pss_Anon" || name == "Pss_Shmem" || name == "SwapPss") {
      bytes += number * kKilobyte;
    }
  });
  return bytes;
}

ProcessTable read_processes() {
  ProcessTable table;
  std::error_code error;
  std::filesystem::directory_iterator entry("/proc", error);
  for (; entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    pid_t pid = 0;
    const auto [end, problem] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (problem != std::errc() || end != name.data() + name.size()) continue;
    table[pid] = parse_process_status(read_text(process_file(pid, "status")));
  }
  return table;
}

std::vector<pid_t> family_of(const ProcessTable& table, std::span<const pid_t> roots) {
  std::vector<pid_t> family;
  const auto is_root = [&](pid_t pid) {
    return std::find(roots.begin(), roots.end(), pid) != roots.end();
  };
  for (const auto& [pid, memory] : table) {
    pid_t above = pid;
    // Processes start and exit while they are read. No chain is longer than the number of
    // processes.
    for (std::size_t steps = 0; steps < table.size() && !is_root(above); ++steps) {
      const auto found = table.find(above);
      above = found == table.end() ? 0 : found->second.parent;
    }
    if (is_root(above)) family.push_back(pid);
  }
  return family;
}

std::uint64_t memory_of(const ProcessTable& table, std::span<const pid_t> processes,
                        std::uint64_t limit) {
  std::uint64_t quick = 0;
  for (const pid_t pid : processes) quick += table.at(pid).bytes;
  if (quick <= limit / kMaxInterpreters) return quick;
  std::uint64_t right = 0;
  for (const pid_t pid : processes) {
    const std::string text = read_text(process_file(pid, "smaps_rollup"));
    // A process that has exited in the meantime uses none; its status shows that as well. If a
    // process cannot be inspected, the higher figure counts.
    right += text.empty() ? parse_process_status(read_text(process_file(pid, "status"))).bytes
                          : parse_proportional_memory(text);
  }
  return right;
}

}  // namespace dynsessions::sandbox
