#include "sandbox/watch/memory_watch.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <sstream>
#include <string>

#include "sandbox/kernel/cgroups/cgroup_files.h"
#include "sandbox/protocol/launcher_protocol.h"

namespace dynsessions::sandbox {
namespace {

constexpr std::uint64_t kKilobyte = 1024;

/// Returns the sum of the lines "NAME:  123 kB" with these names, in the unit of the file.
template <std::size_t N>
std::uint64_t sum_of(std::string_view text, const std::string_view (&names)[N]) {
  std::istringstream lines{std::string(text)};
  std::uint64_t sum = 0;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string key;
    std::uint64_t number = 0;
    if (!(words >> key >> number)) continue;
    if (std::find(std::begin(names), std::end(names), key) != std::end(names)) sum += number;
  }
  return sum;
}

std::string process_file(pid_t pid, const char* name) {
  return "/proc/" + std::to_string(pid) + '/' + name;
}

}  // namespace

ProcessMemory parse_process_status(std::string_view text) {
  constexpr std::string_view kParent[] = {"PPid:"};
  constexpr std::string_view kSizes[] = {"RssAnon:", "RssShmem:", "VmSwap:"};
  return {static_cast<pid_t>(sum_of(text, kParent)), sum_of(text, kSizes) * kKilobyte};
}

std::uint64_t parse_proportional_memory(std::string_view text) {
  constexpr std::string_view kSizes[] = {"Pss_Anon:", "Pss_Shmem:", "SwapPss:"};
  return sum_of(text, kSizes) * kKilobyte;
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
