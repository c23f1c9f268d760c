#include "sandbox/launcher/launcher.h"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <poll.h>

#include "sandbox/kernel/namespaces/namespaces.h"
#include "sandbox/launcher/launcher_process.h"
#include "sandbox/process/step_error.h"
#include "sandbox/tiers/namespaced/namespaced_isolation.h"
#include "sandbox/tiers/unprivileged/unprivileged_isolation.h"

namespace dynsessions::sandbox {

namespace {

/// A group whose last process has just exited sometimes needs a moment before it can be removed.
constexpr std::chrono::milliseconds kLeftoverPause{20};

}  // namespace

Launcher::Launcher(UniqueFd socket, UniqueFd children, Cgroups& groups)
    : server_(std::move(socket)), children_(std::move(children)), groups_(groups) {}

void Launcher::run(const LauncherSpec& spec) {
  if (!prepare(spec)) return;
  for (;;) {
    const Wakeup wakeup = wait();
    // Exits are handled first, so that a request finds the sandboxes in their present state.
    if (wakeup.readable.contains(children_.get())) reap();
    if (wakeup.readable.contains(server_.descriptor()) && !serve_one()) return;
    if (addresses_ && wakeup.readable.contains(addresses_->descriptor())) close_new_addresses();
    continue_unfinished(wakeup);
    begin_builds();
    serve_waiting_forks(wakeup.now);
    remove_remains(wakeup.now);
    groups_.remove_leftovers();
    start_counted();
    watch(wakeup.now);
  }
}

Launcher::Wakeup Launcher::wait() const {
  std::vector<pollfd> watched = this->watched();
  while (::poll(watched.data(), watched.size(), poll_timeout()) < 0) {
    if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "poll");
  }
  Wakeup wakeup{std::chrono::steady_clock::now(), {}};
  for (const pollfd& polled : watched) {
    if (polled.revents != 0) wakeup.readable.insert(polled.fd);
  }
  return wakeup;
}

/// The first two descriptors are always watched; then the host's addresses, zygotes that start, and
/// the descriptors of creations, starts and closings of networks. poll() ignores negative numbers.
std::vector<pollfd> Launcher::watched() const {
  std::vector<pollfd> all = {{server_.descriptor(), POLLIN, 0}, {children_.get(), POLLIN, 0}};
  if (addresses_) all.push_back({addresses_->descriptor(), POLLIN, 0});
  for (const auto& [id, profile] : profiles_) {
    if (profile->zygote()) all.push_back({profile->zygote()->descriptor(), POLLIN, 0});
  }
  for (const std::uint64_t id : unfinished_) {
    const Entry& entry = entries_.at(id);
    if (const auto* building = entry.state.as<SandboxState::Building>()) {
      all.push_back({building->work->descriptor(), POLLIN, 0});
    }
    if (entry.egress) all.push_back({entry.egress->descriptor(), POLLIN, 0});
    for (const auto& [interpreter_id, start] : entry.starts) {
      all.push_back({start.work->descriptor(), POLLIN, 0});
    }
  }
  return all;
}

int Launcher::poll_timeout() const {
  constexpr auto kNever = Time::max();
  auto next = kNever;
  for (const auto& [id, profile] : profiles_) {
    next = std::min(next, profile->next_tick().value_or(kNever));
  }
  for (const std::uint64_t id : unfinished_) {
    const Entry& entry = entries_.at(id);
    if (can_count(entry)) return 0;
    next = std::min(next, next_deadline(entry));
  }
  if (must_watch()) next = std::min(next, next_watch_);
  next = std::min(next, next_removal());
  if (groups_.has_leftovers()) {
    next = std::min(next, std::chrono::steady_clock::now() + kLeftoverPause);
  }
  if (next == kNever) return -1;
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(next - std::chrono::steady_clock::now());
  return static_cast<int>(std::max(left.count(), std::chrono::milliseconds::rep{0}));
}

/// Work without a descriptor can continue at once: its deadline has passed.
Launcher::Time Launcher::next_deadline(const Entry& entry) {
  auto next = Time::max();
  if (const auto* building = entry.state.as<SandboxState::Building>()) {
    next = building->work->deadline();
  }
  if (entry.egress && entry.egress->is_pending()) next = std::min(next, entry.egress->deadline());
  for (const auto& [id, start] : entry.starts) next = std::min(next, start.work->deadline());
  return next;
}

void Launcher::continue_unfinished(const Wakeup& wakeup) {
  for (auto next = unfinished_.begin(); next != unfinished_.end();) {
    const std::uint64_t id = *next++;  // the entry can be erased
    continue_creation(entries_.find(id), wakeup);
    const auto entry = entries_.find(id);
    if (entry == entries_.end()) continue;
    continue_closing(entry, wakeup.now);
    continue_starts(entry, wakeup);
  }
}

void Launcher::note_unfinished(std::uint64_t sandbox_id, const Entry& entry) {
  const bool has_egress_work = entry.egress && entry.egress->is_pending();
  if (entry.state.needs_attention() || has_egress_work || !entry.starts.empty()) {
    unfinished_.insert(sandbox_id);
  } else {
    unfinished_.erase(sandbox_id);
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

/// Below the full tier, the server's own user can run other programs than sessions, which count as
/// well.
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
      basis_.user == LauncherUser::root && (!full || can_control_foreign_namespaces());
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

}  // namespace dynsessions::sandbox
