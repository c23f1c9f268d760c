#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <set>
#include <utility>

#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/launcher/launcher.h"

/// Handles children that have exited, with all consequences.
namespace dynsessions::sandbox {
namespace {

/// Time without an ending sandbox before remains are removed, so that processors are free for
/// exiting processes.
constexpr std::chrono::milliseconds kQuietBeforeRemoval{5};
/// Maximum age of remains while sandboxes keep ending.
constexpr std::chrono::seconds kMostRemainsAge{2};

}  // namespace

void Launcher::reap() {
  signalfd_siginfo info;
  while (::read(children_.get(), &info, sizeof(info)) > 0) {
  }
  // One signal can stand for many exits.
  int wait_status = 0;
  for (pid_t pid = 0; (pid = ::waitpid(-1, &wait_status, WNOHANG)) > 0;) reaped(pid, wait_status);
  end_strays();
}

/// Ends processes of a jail whose supervisor was killed: the launcher has adopted them, and will
/// adopt their children when they end.
void Launcher::end_strays() {
  const auto helpers = isolation_->helpers();
  if (!helpers) return;
  std::set<pid_t> known(helpers->begin(), helpers->end());
  for (const auto& [id, entry] : entries_) {
    for (const auto& [interpreter_id, interpreter] : entry.interpreters) {
      const std::vector<pid_t> processes = interpreter.jail->processes();
      known.insert(processes.begin(), processes.end());
    }
  }
  std::ifstream children("/proc/thread-self/children");
  for (pid_t pid = 0; children >> pid;) {
    if (!known.contains(pid)) ::kill(pid, SIGKILL);
  }
}

/// An unknown child was killed before it belonged to a sandbox, or was left behind.
void Launcher::reaped(pid_t pid, int wait_status) {
  for (const auto& [id, profile] : profiles_) {
    if (profile->zygote() && profile->zygote()->reaped(pid, wait_status)) return;
  }
  if (!reaped_of_sandbox(pid, wait_status)) reaped_of_unfinished(pid, wait_status);
}

bool Launcher::reaped_of_sandbox(pid_t pid, int wait_status) {
  const auto owner = owners_.extract(pid);
  const auto entry = owner ? entries_.find(owner.mapped()) : entries_.end();
  if (entry == entries_.end()) return false;
  if (entry->second.egress && entry->second.egress->reaped(pid, wait_status)) return true;
  if (entry->second.sandbox->reaped(pid)) return true;
  for (auto& [id, interpreter] : entry->second.interpreters) {
    const Jail::Reaped result = interpreter.jail->reaped(pid, wait_status);
    if (result == Jail::Reaped::other_process) continue;
    if (result == Jail::Reaped::gone) jail_ended(entry, id);
    return true;
  }
  return false;
}

bool Launcher::reaped_of_unfinished(pid_t pid, int wait_status) {
  for (const std::uint64_t id : unfinished_) {
    const Entry& entry = entries_.at(id);
    const auto* building = entry.state.as<SandboxState::Building>();
    if (building != nullptr && building->work->reaped(pid, wait_status)) return true;
    if (entry.egress && entry.egress->reaped(pid, wait_status)) return true;
    for (const auto& [interpreter_id, start] : entry.starts) {
      if (start.work->reaped(pid, wait_status)) return true;
    }
  }
  return false;
}

void Launcher::jail_ended(Entries::iterator entry, std::uint32_t interpreter_id) {
  auto& [sandbox_id, ended] = *entry;
  const auto node = ended.interpreters.extract(interpreter_id);
  const auto* destroying = ended.state.as<SandboxState::Destroying>();
  InterpreterEnd end{node.mapped().jail->wait_status(), ExceededLimit{}};
  if (destroying == nullptr) end.exceeded = exceeded_limit_of(entry, node.mapped());
  server_.interpreter_exited(sandbox_id, interpreter_id, end);
  for (const std::uint64_t request : node.mapped().kill_requests) {
    server_.killed(request, sandbox_id, end);
  }
  if (node.mapped().kill_requests.empty()) ended.ends[interpreter_id] = end;
  if (destroying == nullptr || !ended.interpreters.empty()) return;
  const Request destruction = destroying->destruction;
  leave_remains(entry);
  server_.done(destruction);
}

/// Forgets a sandbox without processes. In the full tier its namespaces, mounts and cgroups are
/// removed when no other sandbox is ending, because that takes as long as the end of its processes.
/// In the other tiers the files of the sandbox are on the host, and are removed at once.
void Launcher::leave_remains(Entries::iterator entry) {
  --destroying_;
  if (basis_.tier != Tier::full) return forget(entry);
  auto& [id, ended] = *entry;
  last_ending_ = std::chrono::steady_clock::now();
  remains_.push_back({id, ended.profile, std::move(ended.sandbox), last_ending_});
  ended.profile->sandbox_gone();
  unfinished_.erase(id);
  entries_.erase(entry);
}

/// Removes the remains of one sandbox, if that is due; the loop serves requests in between.
void Launcher::remove_remains(Time now) {
  if (now >= next_removal()) remove_remains(remains_.begin());
}

void Launcher::remove_remains(std::deque<Remains>::iterator remains) {
  const std::uint64_t id = remains->sandbox_id;
  remains_.erase(remains);
  groups_.remove(id);
}

Launcher::Time Launcher::next_removal() const {
  if (remains_.empty()) return Time::max();
  const Time latest = remains_.front().since + kMostRemainsAge;
  return destroying_ > 0 ? latest : std::min(last_ending_ + kQuietBeforeRemoval, latest);
}

void Launcher::forget(Entries::iterator entry) {
  const std::uint64_t id = entry->first;
  entry->second.profile->sandbox_gone();
  entries_.erase(entry);
  unfinished_.erase(id);
  builds_.erase(id);
  groups_.remove(id);
}

}  // namespace dynsessions::sandbox
