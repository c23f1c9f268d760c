#include <utility>

#include "sandbox/launcher/launcher.h"
#include "sandbox/process/step_error.h"

/// Creations of sandboxes, from the request to its answer (sandbox_state.h).
namespace dynsessions::sandbox {
namespace {

/// A higher number would only compete for the processors, and need memory for the copies of the
/// launcher.
constexpr std::size_t kBuildsAtOnce = 4;

}  // namespace

void Launcher::begin_builds() {
  while (builds_.size() < kBuildsAtOnce && !waiting_builds_.empty()) {
    const auto entry = entries_.find(waiting_builds_.front());
    waiting_builds_.pop_front();
    if (entry == entries_.end()) continue;  // the sandbox was destroyed before its turn
    begin_build(entry);
  }
}

void Launcher::begin_build(Entries::iterator entry) {
  // So that old and new sandboxes together never need more descriptors than the old ones did.
  if (!remains_.empty()) remove_remains(remains_.begin());
  auto& [id, queued] = *entry;
  const SandboxPlan& plan = queued.profile->plan();
  try {
    if (!plan.egress_arguments.empty() && !addresses_) addresses_.emplace();
    queued.address_changes = address_changes_;
    groups_.make(id, plan.spec_limits);
    queued.state.build(isolation_->create(plan, groups_.open(id)));
    builds_.insert(id);
    note_unfinished(id, queued);
  } catch (const StepError& error) {
    fail_creation(entry, error);
  }
}

void Launcher::continue_creation(Entries::iterator entry, const Wakeup& wakeup) {
  try {
    continue_build(entry, wakeup);
    finish_creation(entry, wakeup.now);
  } catch (const StepError& error) {
    fail_creation(entry, error);
  }
}

void Launcher::continue_build(Entries::iterator entry, const Wakeup& wakeup) {
  auto& [id, built] = *entry;
  const auto* building = built.state.as<SandboxState::Building>();
  if (building == nullptr || !wakeup.concerns(*building->work)) return;
  auto made = building->work->advance(wakeup.now);
  if (!made) return;
  built.sandbox = std::move(made->sandbox);
  built.egress = std::move(made->egress);
  built.state.await_network(std::move(made->data_directory));
  builds_.erase(id);
  if (built.egress) own(id, built.egress->process());
  if (built.egress && built.address_changes != address_changes_) {
    built.egress->close(closed_networks());
  }
  if (const pid_t waiting = built.sandbox->waiting_process(); waiting != 0) own(id, waiting);
}

/// Answers if the network is up, or if none was requested.
void Launcher::finish_creation(Entries::iterator entry, Time now) {
  auto& [id, made] = *entry;
  const auto* pending = made.state.as<SandboxState::PendingNetwork>();
  if (pending == nullptr || (made.egress && !made.egress->advance(now))) return;
  server_.done(pending->creation, {pending->data_directory.get()});
  made.state.become_live();
  note_unfinished(id, made);
}

void Launcher::fail_creation(Entries::iterator entry, const StepError& error) {
  server_.failed(*entry->second.state.creation(), error.what(), error.error_number());
  forget(entry);
}

}  // namespace dynsessions::sandbox
