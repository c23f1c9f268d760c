#include "sandbox/launcher/launcher.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <set>

#include <poll.h>
#include <unistd.h>

#include <sys/signalfd.h>
#include <sys/wait.h>
#include <system_error>

#include "sandbox/isolation/namespace_isolation.h"
#include "sandbox/isolation/process_isolation.h"
#include "sandbox/launcher/launcher_process.h"
#include "sandbox/limits/disk_watch.h"

namespace dynsessions::sandbox {

namespace {

/// A group whose last process has just ended may need a moment before it can be removed.
constexpr std::chrono::milliseconds kLeftoverPause{20};

}  // namespace

Launcher::Launcher(UniqueFd socket, UniqueFd children, ControlGroups& groups)
    : server_(std::move(socket)), children_(std::move(children)), groups_(groups) {}

void Launcher::run(const LaunchSpec& spec) {
  if (!prepare(spec)) return;
  for (;;) {
    std::vector<pollfd> watched = this->watched();
    if (::poll(watched.data(), watched.size(), milliseconds_to_attendance()) < 0) {
      if (errno == EINTR) continue;
      throw std::system_error(errno, std::generic_category(), "poll");
    }
    // Exits first, so that a request sees the sandboxes as they are.
    if (watched[1].revents != 0) reap();
    // Asked anew: the zygote may be among those that were reaped.
    if (watched[2].revents != 0 && zygote_->loading_socket() >= 0) zygote_->hear();
    if (watched[0].revents != 0 && !serve_one()) return;
    finish_creations();
    serve_waiting();
    groups_.remove_leftovers();
    start_measured();
    watch(std::chrono::steady_clock::now());
  }
}

/// The first three always; then what creations wait for, which is looked at without their help.
std::vector<pollfd> Launcher::watched() const {
  std::vector<pollfd> all = {{server_.descriptor(), POLLIN, 0},
                             {children_.get(), POLLIN, 0},
                             {zygote_ ? zygote_->loading_socket() : -1, POLLIN, 0}};
  for (const std::uint64_t id : unfinished_) {
    const Entry& entry = entries_.at(id);
    if (entry.creation) all.push_back({entry.egress->ready_descriptor(), POLLIN, 0});
  }
  return all;
}

int Launcher::milliseconds_to_attendance() const {
  constexpr auto kNever = Zygote::Time::max();
  auto next = zygote_ ? zygote_->next_attendance().value_or(kNever) : kNever;
  for (const std::uint64_t id : unfinished_) {
    const Entry& entry = entries_.at(id);
    if (entry.creation) next = std::min(next, entry.egress->deadline());
    if (can_measure(entry)) return 0;
  }
  if (must_watch()) next = std::min(next, next_watch_);
  if (groups_.has_leftovers()) {
    next = std::min(next, std::chrono::steady_clock::now() + kLeftoverPause);
  }
  if (next == kNever) return -1;
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(next - std::chrono::steady_clock::now());
  return static_cast<int>(std::max(left.count(), std::chrono::milliseconds::rep{0}));
}

bool Launcher::prepare(const LaunchSpec& spec) {
  try {
    prepare_plan(spec, detect_user(spec.tier), plan_);
    isolation_ = make_isolation();
  } catch (const StepError& error) {
    server_.failed({}, error.what(), error.error_number());
    return false;
  } catch (const std::exception& error) {
    server_.failed({}, error.what(), EINVAL);
    return false;
  }
  server_.ready(limits_here(), groups_.failure());
  if (!plan_.zygote_arguments.empty())
    zygote_.emplace(plan_).attend(std::chrono::steady_clock::now());
  return true;
}

/// Below the full tier the server's own user may run more than sessions, and counts with them.
LimitReport Launcher::limits_here() const {
  LimitReport report = groups_.report();
  const bool full = plan_.tier == Tier::full;
  report.files = full ? LimitState{LimitKind::hard, LimitMeans::file_system}
                      : LimitState{LimitKind::soft, LimitMeans::counting};
  const bool counts_user = report.processes.means == LimitMeans::resource_limit;
  if (!full && counts_user && plan_.user == LauncherUser::ordinary) {
    report.processes.kind = LimitKind::soft;
  }
  return report;
}

std::unique_ptr<Isolation> Launcher::make_isolation() const {
  if (plan_.tier == Tier::full) return std::make_unique<NamespaceIsolation>(plan_);
  return std::make_unique<ProcessIsolation>(plan_);
}

bool Launcher::serve_one() {
  bool would_block = false;
  const auto request = server_.receive(would_block);
  if (!request) return would_block;
  try {
    serve(*request);
  } catch (const StepError& error) {
    server_.failed(*request, error.what(), error.error_number());
  }
  return true;
}

void Launcher::serve(const Request& request) {
  switch (request.kind) {
    case RequestKind::create_sandbox:
      return create(request);
    case RequestKind::start_interpreter:
      return start(request);
    case RequestKind::fork_interpreter:
      return fork(request);
    case RequestKind::interrupt_interpreter:
      return interrupt(request);
    case RequestKind::kill_interpreter:
      return kill(request);
    case RequestKind::destroy_sandbox:
      return destroy(request);
  }
  throw StepError("request: unknown kind", EINVAL);
}

void Launcher::create(const Request& request) {
  if (entries_.contains(request.sandbox_id)) throw StepError("create: id in use", EEXIST);
  groups_.make(request.sandbox_id);
  try {
    MadeSandbox made = isolation_->create(groups_.open(request.sandbox_id));
    Entry& entry = entries_[request.sandbox_id];
    entry.sandbox = std::move(made.sandbox);
    entry.egress = std::move(made.egress);
    entry.data_directory = std::move(made.data_directory);
    entry.creation = request;
    if (entry.egress) own(request.sandbox_id, entry.egress->process());
    unfinished_.insert(request.sandbox_id);
  } catch (const StepError&) {
    groups_.remove(request.sandbox_id);
    throw;
  }
  finish_creations();  // without a network it is finished now
}

/// Answers those whose network has come up by now, or will not.
void Launcher::finish_creations() {
  const auto now = std::chrono::steady_clock::now();
  for (auto next = unfinished_.begin(); next != unfinished_.end();) {
    const auto current = entries_.find(*next++);
    auto& [id, entry] = *current;
    if (!entry.creation) continue;
    try {
      if (entry.egress && !entry.egress->is_up(now)) continue;
      const GroupEntrance groups = groups_.open(id);
      server_.done(*entry.creation, {entry.data_directory.get()});
      entry.creation.reset();
      unfinished_.erase(id);
      entry.data_directory = UniqueFd();
      if (const auto prepared = entry.sandbox->prepare(groups)) own(id, *prepared);
    } catch (const StepError& error) {
      server_.failed(*entry.creation, error.what(), error.error_number());
      forget(current);
    }
  }
}

Launcher::Entry& Launcher::find_room_for(const Request& request) {
  Entry& entry = find(request);
  if (entry.interpreters.contains(request.interpreter_id)) {
    throw StepError("start: an interpreter lives", EBUSY);
  }
  if (entry.interpreters.size() >= kMaxInterpreters) {
    throw StepError("start: too many interpreters", ENOSPC);
  }
  return entry;
}

void Launcher::start(const Request& request) {
  Entry& entry = find_room_for(request);
  const DiskWatch* files = entry.sandbox->disk_watch();
  if (files != nullptr && files->is_measuring()) {
    unfinished_.insert(request.sandbox_id);
    return entry.measured_first.push_back(request);
  }
  if (files != nullptr && files->is_beyond_repair()) {
    throw StepError("files: the session has far more than it may", EDQUOT);
  }
  added(request, entry, entry.sandbox->start(groups_.open(request.sandbox_id)));
}

void Launcher::fork(const Request& request) {
  if (!zygote_) throw StepError("fork: there is no zygote", EINVAL);
  waiting_.push_back({request});  // the loop serves them in turn
}

/// Forks what waits while there is a zygote; says so when there will be none for a while.
void Launcher::serve_waiting() {
  if (!zygote_) return;
  zygote_->attend(std::chrono::steady_clock::now());
  while (!waiting_.empty() && (zygote_->ready() || zygote_->failure())) {
    const Request request = waiting_.front().request;
    try {
      if (zygote_->failure()) throw *zygote_->failure();
      Entry& entry = find_room_for(request);
      const GroupEntrance groups = groups_.open(request.sandbox_id, Joining::by_itself);
      auto opened = entry.sandbox->fork_from(*zygote_, groups);
      if (!opened && !std::exchange(waiting_.front().was_tried, true)) return;  // by the next one
      if (!opened) throw StepError("zygote: ended while it forked, see --no-zygote", EPIPE);
      added(request, entry, std::move(*opened));
    } catch (const StepError& error) {
      server_.failed(request, error.what(), error.error_number());
    }
    waiting_.pop_front();
  }
}

void Launcher::added(const Request& request, Entry& entry, OpenedRoom opened) {
  for (const pid_t pid : opened.room->processes()) {
    if (groups_.holds(request.sandbox_id, pid)) continue;
    opened.room->end();  // for the loop to reap
    throw StepError("verify control groups", EPERM);
  }
  for (const pid_t pid : opened.room->processes()) own(request.sandbox_id, pid);
  entry.interpreters[request.interpreter_id].room = std::move(opened.room);
  server_.done(request,
               {opened.control.get(), opened.standard_output.get(), opened.standard_error.get()});
}

void Launcher::interrupt(const Request& request) {
  const Entry& entry = find(request);
  const auto found = entry.interpreters.find(request.interpreter_id);
  if (found == entry.interpreters.end()) throw StepError("interrupt: no interpreter", ESRCH);
  found->second.room->interrupt();
  server_.done(request);
}

void Launcher::kill(const Request& request) {
  Entry& entry = find(request);
  const auto found = entry.interpreters.find(request.interpreter_id);
  if (found == entry.interpreters.end()) {
    return server_.killed(request.request_id, request.sandbox_id,
                          std::exchange(entry.exhausted[request.interpreter_id], {}));
  }
  Interpreter& interpreter = found->second;
  if (interpreter.kill_request != 0) throw StepError("kill: under way", EALREADY);
  interpreter.room->end();
  interpreter.kill_request = request.request_id;
}

void Launcher::destroy(const Request& request) {
  Entry& entry = find(request);
  if (entry.creation) server_.failed(*entry.creation, "create: destroyed meanwhile", ECANCELED);
  for (const Request& waiting : std::exchange(entry.measured_first, {})) {
    server_.failed(waiting, "start: destroyed meanwhile", ECANCELED);
  }
  entry.creation.reset();
  unfinished_.erase(request.sandbox_id);
  entry.egress.reset();  // nothing that still runs gets out from now on
  if (entry.interpreters.empty()) {
    forget(entries_.find(request.sandbox_id));
    return server_.done(request);
  }
  entry.destruction = request;
  for (const auto& [id, interpreter] : entry.interpreters) interpreter.room->end();
}

void Launcher::reap() {
  signalfd_siginfo info;
  while (::read(children_.get(), &info, sizeof(info)) > 0) {
  }
  // One signal may stand for many exits.
  int wait_status = 0;
  for (pid_t pid = 0; (pid = ::waitpid(-1, &wait_status, WNOHANG)) > 0;) reaped(pid, wait_status);
  end_strays();
}

/// What a room's keeper could not end, as it was killed itself, has become a child of the launcher;
/// and so will their children when they end.
void Launcher::end_strays() {
  const auto helpers = isolation_->helpers();
  if (!helpers) return;
  std::set<pid_t> known(helpers->begin(), helpers->end());
  for (const auto& [id, entry] : entries_) {
    for (const auto& [interpreter_id, interpreter] : entry.interpreters) {
      const std::vector<pid_t> processes = interpreter.room->processes();
      known.insert(processes.begin(), processes.end());
    }
  }
  std::ifstream children("/proc/thread-self/children");
  for (pid_t pid = 0; children >> pid;) {
    if (!known.contains(pid)) ::kill(pid, SIGKILL);
  }
}

void Launcher::reaped(pid_t pid, int wait_status) {
  if (zygote_ && zygote_->reaped(pid, wait_status)) return;
  const auto owner = owners_.extract(pid);
  const auto entry = owner ? entries_.find(owner.mapped()) : entries_.end();
  if (entry == entries_.end()) return;  // killed before it belonged to anything, or left behind
  if (entry->second.egress && entry->second.egress->reaped(pid, wait_status)) return;
  if (entry->second.sandbox->reaped(pid)) return;
  for (auto& [id, interpreter] : entry->second.interpreters) {
    const Room::News news = interpreter.room->reaped(pid, wait_status);
    if (news == Room::News::gone) return room_ended(entry, id);
    if (news == Room::News::still_there) return;
  }
}

void Launcher::room_ended(Entries::iterator entry, std::uint32_t interpreter_id) {
  auto& [sandbox_id, state] = *entry;
  const auto node = state.interpreters.extract(interpreter_id);
  const Exhausted exhausted = exhausted_by(entry, node.mapped());
  server_.interpreter_exited(sandbox_id, interpreter_id, node.mapped().room->wait_status(),
                             exhausted);
  if (node.mapped().kill_request != 0) {
    server_.killed(node.mapped().kill_request, sandbox_id, exhausted);
  } else {
    state.exhausted[interpreter_id] = exhausted;
  }
  if (!state.destruction || !state.interpreters.empty()) return;
  const Request destruction = *state.destruction;
  forget(entry);
  server_.done(destruction);
}

void Launcher::forget(Entries::iterator entry) {
  const std::uint64_t id = entry->first;
  entries_.erase(entry);
  unfinished_.erase(id);
  groups_.remove(id);
}

Launcher::Entry& Launcher::find(const Request& request) {
  const auto entry = entries_.find(request.sandbox_id);
  if (entry == entries_.end()) throw StepError("request: no such sandbox", ENOENT);
  if (entry->second.destruction) throw StepError("request: being destroyed", EALREADY);
  return entry->second;
}

}  // namespace dynsessions::sandbox
