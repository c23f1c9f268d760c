#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <system_error>
#include <utility>

#include <sys/wait.h>

#include "sandbox/egress/closed_networks.h"
#include "sandbox/launcher/launcher.h"
#include "sandbox/process/step_error.h"
#include "sandbox/watch/disk_watch.h"

/// Periodic checks of the launcher, for limits that the kernel does not enforce.
namespace dynsessions::sandbox {
namespace {

/// Pause between two checks.
constexpr std::chrono::milliseconds kWatchPause{200};
/// Minimum for each session, however many there are.
constexpr std::size_t kFewestNames = 64;

}  // namespace

/// When a sandbox with egress was made, only the addresses of that time were closed.
void Launcher::close_new_addresses() {
  if (!addresses_->changed()) return;
  ++address_changes_;
  for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
    if (!entry->second.egress) continue;  // no egress yet: its start closes these addresses
    continue_egress(entry, [](Egress& egress) { egress.close(closed_networks()); });
  }
}

/// Continues a closing; a network that is not up yet is part of a creation.
void Launcher::continue_closing(Entries::iterator entry, Time now) {
  if (!entry->second.egress || entry->second.state.creation() != nullptr) return;
  continue_egress(entry, [now](Egress& egress) { egress.advance(now); });
}

/// If the new address cannot be closed for a sandbox, the sandbox loses its network.
template <typename Step>
void Launcher::continue_egress(Entries::iterator entry, const Step& step) {
  auto& [id, owner] = *entry;
  try {
    step(*owner.egress);
  } catch (const StepError& error) {
    std::fprintf(stderr, "sandbox-launcher: %s: %s\n", error.what(),
                 std::generic_category().message(error.error_number()).c_str());
    owner.egress->end();
  }
  note_unfinished(id, owner);
}

bool Launcher::watches_memory() const {
  return groups_.report().memory.means == LimitMeans::watching;
}

bool Launcher::must_watch() const {
  return (watches_memory() || basis_.tier != Tier::full) && !entries_.empty();
}

void Launcher::watch(Time now) {
  if (!must_watch() || now < next_watch_) return;
  next_watch_ = now + kWatchPause;
  const ProcessTable table = read_processes();
  if (watches_memory()) watch_memory(table);
  if (basis_.tier != Tier::full) watch_files(table);
}

/// Ends the largest jail of a sandbox that exceeds its memory limit.
void Launcher::watch_memory(const ProcessTable& table) {
  for (auto& [sandbox_id, entry] : entries_) {
    const std::uint64_t limit = entry.profile->plan().spec_limits.memory_bytes;
    std::uint64_t sum = 0;
    std::uint64_t most = 0;
    Interpreter* largest = nullptr;
    for (auto& [id, interpreter] : entry.interpreters) {
      std::vector<pid_t> processes = family_of(table, interpreter.jail->processes());
      std::erase(processes, interpreter.jail->own_process());
      const std::uint64_t bytes = memory_of(table, processes, limit);
      sum += bytes;
      if (bytes >= most) largest = &interpreter;
      most = std::max(most, bytes);
    }
    if (sum <= limit || largest == nullptr) continue;
    largest->exceeded = ExceededLimit::memory;
    largest->jail->end();
  }
}

/// Ends all jails of a sandbox that exceeds its file limit, because files do not show who wrote
/// them.
void Launcher::watch_files(const ProcessTable& table) {
  const std::size_t names = std::max(DiskWatch::kNamesPerScan / entries_.size(), kFewestNames);
  for (auto& [sandbox_id, entry] : entries_) {
    if (!entry.sandbox) continue;
    DiskWatch* files = entry.sandbox->disk_watch();
    if (files->is_measuring() && !entry.interpreters.empty()) continue;  // jails are ending
    std::vector<pid_t> roots;
    for (const auto& [id, interpreter] : entry.interpreters) {
      const std::vector<pid_t> processes = interpreter.jail->processes();
      roots.insert(roots.end(), processes.begin(), processes.end());
    }
    if (!files->scan(names, family_of(table, roots))) continue;
    for (auto& [id, interpreter] : entry.interpreters) {
      interpreter.exceeded = ExceededLimit::files;
      interpreter.jail->end();
    }
  }
}

bool Launcher::can_count(const Entry& entry) {
  return entry.state.as<SandboxState::Counting>() != nullptr && entry.interpreters.empty();
}

/// Continues to count files without a pause if starts wait for the result, then serves those
/// starts.
void Launcher::start_counted() {
  for (auto next = unfinished_.begin(); next != unfinished_.end();) {
    const std::uint64_t sandbox_id = *next++;  // start() can add it again
    Entry& entry = entries_.at(sandbox_id);
    if (!can_count(entry)) continue;
    DiskWatch* files = entry.sandbox->disk_watch();
    static_cast<void>(files->scan(DiskWatch::kNamesPerScan, {}));  // no process is left to be ended
    if (files->is_measuring()) continue;
    const std::vector<Request> starts = entry.state.become_live();
    note_unfinished(sandbox_id, entry);
    start_waiting(starts);
  }
}

/// Either the launcher has ended the interpreter for this limit, or the kernel did: it has killed a
/// process in the groups, and the interpreter was killed.
ExceededLimit Launcher::exceeded_limit_of(Entries::iterator entry, const Interpreter& interpreter) {
  auto& [sandbox_id, state] = *entry;
  const std::uint64_t kills = groups_.memory_kills(sandbox_id);
  const bool new_kills = kills > std::exchange(state.memory_kills, kills);
  const int status = interpreter.jail->wait_status();
  const bool was_killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  const bool by_kernel = new_kills && was_killed;
  return by_kernel ? ExceededLimit::memory : interpreter.exceeded;
}

}  // namespace dynsessions::sandbox
