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

#include "sandbox/kernel/namespaces/namespaces.h"
#include "sandbox/launcher/launcher_process.h"
#include "sandbox/process/step_error.h"
#include "sandbox/tiers/namespaced/namespaced_isolation.h"
#include "sandbox/tiers/unprivileged/unprivileged_isolation.h"
#include "sandbox/watch/disk_watch.h"

namespace dynsessions::sandbox {

namespace {

/// A group whose last process has just ended may need a moment before it can be removed.
constexpr std::chrono::milliseconds kLeftoverPause{20};

}  // namespace

Launcher::Launcher(UniqueFd socket, UniqueFd children, Cgroups& groups)
    : server_(std::move(socket)), children_(std::move(children)), groups_(groups) {}

void Launcher::run(const LauncherSpec& spec) {
  if (!prepare(spec)) return;
  for (;;) {
    std::vector<pollfd> watched = this->watched();
    if (::poll(watched.data(), watched.size(), poll_timeout()) < 0) {
      if (errno == EINTR) continue;
      throw std::system_error(errno, std::generic_category(), "poll");
    }
    // Exits first, so that a request sees the sandboxes as they are.
    if (watched[1].revents != 0) reap();
    read_from_zygotes(std::span(watched).subspan(2));
    if (watched[0].revents != 0 && !serve_one()) return;
    close_new_addresses();
    finish_creations();
    serve_waiting_forks();
    groups_.remove_leftovers();
    start_counted();
    watch(std::chrono::steady_clock::now());
  }
}

/// The first two always; then the host's addresses, zygotes that load, and what creations wait for,
/// which are looked at without their help.
std::vector<pollfd> Launcher::watched() const {
  std::vector<pollfd> all = {{server_.descriptor(), POLLIN, 0}, {children_.get(), POLLIN, 0}};
  if (addresses_) all.push_back({addresses_->descriptor(), POLLIN, 0});
  for (const auto& [id, profile] : profiles_) {
    const Zygote* zygote = profile->zygote();
    if (zygote != nullptr && zygote->loading_socket() >= 0) {
      all.push_back({zygote->loading_socket(), POLLIN, 0});
    }
  }
  for (const std::uint64_t id : unfinished_) {
    const Entry& entry = entries_.at(id);
    if (entry.state.as<SandboxState::PendingNetwork>() != nullptr) {
      all.push_back({entry.egress->ready_descriptor(), POLLIN, 0});
    }
  }
  return all;
}

int Launcher::poll_timeout() const {
  constexpr auto kNever = Zygote::Time::max();
  auto next = kNever;
  for (const auto& [id, profile] : profiles_) {
    next = std::min(next, profile->next_tick().value_or(kNever));
  }
  for (const std::uint64_t id : unfinished_) {
    const Entry& entry = entries_.at(id);
    if (entry.state.as<SandboxState::PendingNetwork>() != nullptr) {
      next = std::min(next, entry.egress->deadline());
    }
    if (can_count(entry)) return 0;
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

/// Sockets are compared: a zygote may have been reaped since poll() looked.
void Launcher::read_from_zygotes(std::span<const pollfd> watched) {
  for (const auto& [id, profile] : profiles_) {
    Zygote* zygote = profile->zygote();
    if (zygote == nullptr || zygote->loading_socket() < 0) continue;
    const bool readable = std::any_of(watched.begin(), watched.end(), [&](const pollfd& polled) {
      return polled.fd == zygote->loading_socket() && polled.revents != 0;
    });
    if (readable) zygote->on_readable();
  }
}

bool Launcher::prepare(const LauncherSpec& spec) {
  try {
    basis_ = make_plan_basis(spec, detect_user(spec.tier));
    users_.emplace(basis_.user);
    zygote_idle_period_ = std::chrono::seconds(spec.zygote_idle_seconds);
    isolation_ = make_isolation();
  } catch (const StepError& error) {
    server_.failed({}, error.what(), error.error_number());
    return false;
  } catch (const std::exception& error) {
    server_.failed({}, error.what(), EINVAL);
    return false;
  }
  server_.ready(limits_here(), groups_.failure());
  return true;
}

/// Below the full tier the server's own user may run more than sessions, and counts with them.
LimitReport Launcher::limits_here() const {
  LimitReport report = groups_.report();
  const bool full = basis_.tier == Tier::full;
  report.files = full ? LimitState{LimitKind::hard, LimitMeans::file_system}
                      : LimitState{LimitKind::soft, LimitMeans::counting};
  const bool counts_user = report.processes.means == LimitMeans::resource_limit;
  if (!full && counts_user && basis_.user == LauncherUser::ordinary) {
    report.processes.kind = LimitKind::soft;
  }
  const bool separates =
      basis_.user == LauncherUser::root && (!full || can_rule_foreign_namespaces());
  report.kernel_objects = separates ? LimitState{LimitKind::hard, LimitMeans::separate_user}
                                    : LimitState{LimitKind::soft, LimitMeans::shared_user};
  return report;
}

std::unique_ptr<Isolation> Launcher::make_isolation() {
  if (basis_.tier != Tier::full) {
    return std::make_unique<UnprivilegedIsolation>(basis_.tier, basis_.user, *users_);
  }
  basis_.zygote_user = zygote_user_.emplace(users_->take()).ids();
  return std::make_unique<NamespacedIsolation>(*users_);
}

bool Launcher::serve_one() {
  bool would_block = false;
  const auto received = server_.receive(would_block);
  if (!received) return would_block;
  try {
    serve(*received);
  } catch (const StepError& error) {
    server_.failed(received->request, error.what(), error.error_number());
  }
  return true;
}

void Launcher::serve(const ReceivedRequest& received) {
  const Request& request = received.request;
  switch (request.kind) {
    case RequestKind::define_profile:
      return define(request, received.profile);
    case RequestKind::forget_profile:
      return forget_profile(request);
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

void Launcher::define(const Request& request, const std::string& json) {
  if (request.profile_id == 0 || profiles_.contains(request.profile_id)) {
    throw StepError("define profile: id in use", EEXIST);
  }
  try {
    profiles_[request.profile_id] =
        std::make_shared<Profile>(basis_, sandbox_profile_from_json(json), zygote_idle_period_);
  } catch (const std::runtime_error& error) {
    throw StepError(error.what(), EINVAL);
  }
  server_.done(request);
}

void Launcher::forget_profile(const Request& request) {
  const auto node = profiles_.extract(request.profile_id);
  if (!node) throw StepError("forget profile: no such profile", ENOENT);
  std::vector<Request> waiting;
  for (const Profile::WaitingFork& fork : node.mapped()->forget()) waiting.push_back(fork.request);
  server_.done(request);
  start_waiting(waiting);
}

void Launcher::create(const Request& request) {
  if (entries_.contains(request.sandbox_id)) throw StepError("create: id in use", EEXIST);
  const auto profile = profiles_.find(request.profile_id);
  if (profile == profiles_.end()) throw StepError("create: no such profile", ENOENT);
  const SandboxPlan& plan = profile->second->plan();
  if (!plan.egress_arguments.empty() && !addresses_) addresses_.emplace();
  groups_.make(request.sandbox_id, plan.spec_limits);
  try {
    MadeSandbox made = isolation_->create(plan, groups_.open(request.sandbox_id));
    SandboxState state({request, std::move(made.data_directory)});
    Entry& entry = entries_
                       .emplace(request.sandbox_id, Entry{profile->second, std::move(made.sandbox),
                                                          std::move(state), std::move(made.egress)})
                       .first->second;
    entry.profile->sandbox_made();
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
    const auto* pending = entry.state.as<SandboxState::PendingNetwork>();
    if (pending == nullptr) continue;
    const Request creation = pending->creation;
    try {
      if (entry.egress && !entry.egress->is_up(now)) continue;
      const CgroupJoin groups = groups_.open(id);
      server_.done(creation, {pending->data_directory.get()});
      entry.state.become_live();
      unfinished_.erase(id);
      if (const auto prepared = entry.sandbox->prepare(groups)) own(id, *prepared);
    } catch (const StepError& error) {
      server_.failed(creation, error.what(), error.error_number());
      forget(current);
    }
  }
}

Launcher::Entry& Launcher::find_for_start(const Request& request) {
  Entry& entry = find(request);
  if (entry.state.as<SandboxState::PendingNetwork>() != nullptr) {
    throw StepError("start: the sandbox is being created", EAGAIN);
  }
  if (entry.interpreters.contains(request.interpreter_id)) {
    throw StepError("start: an interpreter lives", EBUSY);
  }
  if (entry.interpreters.size() >= kMaxInterpreters) {
    throw StepError("start: too many interpreters", ENOSPC);
  }
  return entry;
}

void Launcher::start(const Request& request) {
  Entry& entry = find_for_start(request);
  const DiskWatch* files = entry.sandbox->disk_watch();
  if (files != nullptr && files->is_measuring()) {
    unfinished_.insert(request.sandbox_id);
    return entry.state.wait_for_count(request);
  }
  if (files != nullptr && files->is_beyond_repair()) {
    throw StepError("files: the session has far more than it may", EDQUOT);
  }
  added(request, entry, entry.sandbox->start(groups_.open(request.sandbox_id)));
}

void Launcher::fork(const Request& request) {
  Profile& profile = *find(request).profile;
  if (profile.is_forgotten()) return start(request);
  if (profile.zygote() == nullptr) throw StepError("fork: there is no zygote", EINVAL);
  profile.waiting_forks().push_back({request});  // the loop serves them in turn
}

void Launcher::serve_waiting_forks() {
  const auto now = std::chrono::steady_clock::now();
  for (const auto& [id, profile] : profiles_) {
    profile->tick(now);
    serve_waiting_forks(*profile);
  }
}

/// Forks for all requests that wait while there is a zygote; lets them fail if there will be none
/// for a while.
void Launcher::serve_waiting_forks(Profile& profile) {
  Zygote* zygote = profile.zygote();
  Profile::WaitingForks& waiting = profile.waiting_forks();
  while (!waiting.empty() && (zygote->ready() || zygote->failure())) {
    const Request request = waiting.front().request;
    try {
      if (zygote->failure()) throw *zygote->failure();
      Entry& entry = find_for_start(request);
      const CgroupJoin groups = groups_.open(request.sandbox_id, Joining::by_itself);
      auto opened = entry.sandbox->fork_from(*zygote, groups);
      if (!opened && !std::exchange(waiting.front().was_tried, true)) return;  // by the next one
      if (!opened) throw StepError("zygote: ended while it forked", EPIPE);
      added(request, entry, std::move(*opened));
    } catch (const StepError& error) {
      server_.failed(request, error.what(), error.error_number());
    }
    waiting.pop_front();
  }
}

/// Starts interpreters for requests that had to wait.
void Launcher::start_waiting(const std::vector<Request>& requests) {
  for (const Request& request : requests) {
    try {
      start(request);
    } catch (const StepError& error) {
      server_.failed(request, error.what(), error.error_number());
    }
  }
}

void Launcher::added(const Request& request, Entry& entry, StartedJail opened) {
  for (const pid_t pid : opened.jail->processes()) {
    if (groups_.holds(request.sandbox_id, pid)) continue;
    opened.jail->end();  // for the loop to reap
    throw StepError("verify cgroups", EPERM);
  }
  try {
    server_.done(request,
                 {opened.control.get(), opened.standard_output.get(), opened.standard_error.get()});
  } catch (const StepError&) {
    opened.jail->end();
    throw;
  }
  for (const pid_t pid : opened.jail->processes()) own(request.sandbox_id, pid);
  entry.interpreters[request.interpreter_id].jail = std::move(opened.jail);
}

void Launcher::interrupt(const Request& request) {
  const Entry& entry = find(request);
  const auto found = entry.interpreters.find(request.interpreter_id);
  if (found == entry.interpreters.end()) throw StepError("interrupt: no interpreter", ESRCH);
  found->second.jail->interrupt();
  server_.done(request);
}

void Launcher::kill(const Request& request) {
  Entry& entry = find(request);
  const auto found = entry.interpreters.find(request.interpreter_id);
  if (found == entry.interpreters.end()) {
    return server_.killed(request.request_id, request.sandbox_id,
                          std::exchange(entry.ends[request.interpreter_id], {}));
  }
  Interpreter& interpreter = found->second;
  if (interpreter.kill_request != 0) throw StepError("kill: under way", EALREADY);
  interpreter.jail->end();
  interpreter.kill_request = request.request_id;
}

void Launcher::destroy(const Request& request) {
  Entry& entry = find(request);
  for (const Request& unserved : entry.state.become_destroying(request)) {
    const bool is_creation = unserved.kind == RequestKind::create_sandbox;
    server_.failed(unserved,
                   is_creation ? "create: destroyed meanwhile" : "start: destroyed meanwhile",
                   ECANCELED);
  }
  unfinished_.erase(request.sandbox_id);
  entry.egress.reset();  // nothing that still runs gets out from now on
  if (entry.interpreters.empty()) {
    forget(entries_.find(request.sandbox_id));
    return server_.done(request);
  }
  for (const auto& [id, interpreter] : entry.interpreters) interpreter.jail->end();
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

/// What a jail's supervisor could not end, as it was killed itself, has become a child of the
/// launcher; and so will their children when they end.
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

void Launcher::reaped(pid_t pid, int wait_status) {
  for (const auto& [id, profile] : profiles_) {
    Zygote* zygote = profile->zygote();
    if (zygote != nullptr && zygote->reaped(pid, wait_status)) return;
  }
  const auto owner = owners_.extract(pid);
  const auto entry = owner ? entries_.find(owner.mapped()) : entries_.end();
  if (entry == entries_.end()) return;  // killed before it belonged to anything, or left behind
  if (entry->second.egress && entry->second.egress->reaped(pid, wait_status)) return;
  if (entry->second.sandbox->reaped(pid)) return;
  for (auto& [id, interpreter] : entry->second.interpreters) {
    const Jail::News news = interpreter.jail->reaped(pid, wait_status);
    if (news == Jail::News::gone) return jail_ended(entry, id);
    if (news == Jail::News::still_there) return;
  }
}

void Launcher::jail_ended(Entries::iterator entry, std::uint32_t interpreter_id) {
  auto& [sandbox_id, ended] = *entry;
  const auto node = ended.interpreters.extract(interpreter_id);
  const InterpreterEnd end{node.mapped().jail->wait_status(),
                           exceeded_limit_of(entry, node.mapped())};
  server_.interpreter_exited(sandbox_id, interpreter_id, end);
  if (node.mapped().kill_request != 0) {
    server_.killed(node.mapped().kill_request, sandbox_id, end);
  } else {
    ended.ends[interpreter_id] = end;
  }
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
  groups_.remove(id);
}

Launcher::Entry& Launcher::find(const Request& request) {
  const auto entry = entries_.find(request.sandbox_id);
  if (entry == entries_.end()) throw StepError("request: no such sandbox", ENOENT);
  if (entry->second.state.as<SandboxState::Destroying>() != nullptr) {
    throw StepError("request: being destroyed", EALREADY);
  }
  return entry->second;
}

}  // namespace dynsessions::sandbox
