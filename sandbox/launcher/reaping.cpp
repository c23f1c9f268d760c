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
    const Jail::News news = interpreter.jail->reaped(pid, wait_status);
    if (news == Jail::News::not_ours) continue;
    if (news == Jail::News::gone) jail_ended(entry, id);
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
  const InterpreterEnd end{node.mapped().jail->wait_status(),
                           exceeded_limit_of(entry, node.mapped())};
  server_.interpreter_exited(sandbox_id, interpreter_id, end);
  for (const std::uint64_t request : node.mapped().kill_requests) {
    server_.killed(request, sandbox_id, end);
  }
  if (node.mapped().kill_requests.empty()) ended.ends[interpreter_id] = end;
  const auto* destroying = ended.state.as<SandboxState::Destroying>();
  if (destroying == nullptr || !ended.interpreters.empty()) return;
  const Request destruction = destroying->destruction;
  forget(entry);
  server_.done(destruction);
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
