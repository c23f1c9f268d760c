#include "sandbox/tiers/namespaced/interpreter_start.h"

#include <cerrno>
#include <utility>

#include "sandbox/process/clone_process.h"
#include "sandbox/process/step_error.h"
#include "sandbox/tiers/interpreter_child.h"
#include "sandbox/tiers/namespaced/child.h"
#include "sandbox/tiers/namespaced/namespaced_jail.h"
#include "sandbox/tiers/verification.h"

namespace dynsessions::sandbox {

InterpreterStart::InterpreterStart(const SandboxPlan& plan, const SandboxUser& user,
                                   const NamespaceHandles& sandbox,
                                   std::optional<PendingJail> prepared, CgroupJoin groups)
    : plan_(plan),
      user_(user),
      sandbox_(sandbox),
      groups_(std::move(groups)),
      jail_(std::move(prepared)) {
  if (!jail_) build_ = std::make_unique<JailBuild>(plan_, user_.ids, sandbox_, groups_);
}

int InterpreterStart::descriptor() const {
  if (spawned_) return spawned_->reports.descriptor();
  return build_ ? build_->descriptor() : -1;
}

InterpreterStart::Time InterpreterStart::deadline() const {
  if (spawned_) return spawned_->reports.deadline();
  return build_ ? build_->deadline() : Time();
}

bool InterpreterStart::reaped(pid_t pid, int wait_status) {
  return (build_ && build_->reaped(pid, wait_status)) || (jail_ && jail_->init.reaped(pid)) ||
         (spawned_ && spawned_->helper.reaped(pid));
}

std::optional<StartedJail> InterpreterStart::advance(Time now) {
  if (!jail_) {
    auto made = build_->advance(now);
    if (!made) return std::nullopt;
    jail_.emplace(*std::move(made));
    build_.reset();
  }
  if (!spawned_) begin();
  spawned_->reports.read(now);
  if (!spawned_->reports.have_ended()) return std::nullopt;
  return finish();
}

void InterpreterStart::begin() {
  Channels channels;
  ChildReports reports(std::move(channels.report.launcher_end), timeout());
  UnfinishedProcess helper;
  helper.start(spawn(view_of(jail_->namespaces, sandbox_), channels));
  for (FdPair* pair : {&channels.report, &channels.control, &channels.output, &channels.error}) {
    pair->child_end = UniqueFd();
  }
  groups_ = CgroupJoin();
  spawned_.emplace(Spawned{std::move(channels), std::move(helper), std::move(reports)});
}

StartedJail InterpreterStart::finish() {
  const ChildOutcome& outcome = spawned_->reports.outcome();
  // A forked interpreter becomes a child of the launcher only when its helper is gone.
  UnfinishedProcess interpreter;
  interpreter.start(outcome.started);
  require_no_failure(outcome);
  if (interpreter.get() == 0) throw StepError("start inside", EPIPE);
  require_confined(find_weakness(interpreter.get(), user_.ids.uid, user_.ids.gid));
  require_confined(find_leak(interpreter.get(), view_of(jail_->namespaces, sandbox_)));
  spawned_->helper.collect();
  Channels& channels = spawned_->channels;
  return {std::make_unique<NamespacedJail>(jail_->init.keep(), interpreter.keep()),
          std::move(channels.control.launcher_end), std::move(channels.output.launcher_end),
          std::move(channels.error.launcher_end)};
}

pid_t ExecutedStart::spawn(const NamespaceView& jail, const Channels& channels) {
  const pid_t pid = clone_process_into(groups(), 0);
  if (pid < 0) throw StepError("fork", errno);
  if (pid != 0) return pid;
  InterpreterContext context{jail,
                             groups().files,
                             plan().limits,
                             plan().interpreter_filter,
                             plan().working_directory.c_str(),
                             channels.report.child_end.get(),
                             channels.control.child_end.get(),
                             channels.output.child_end.get(),
                             channels.error.child_end.get()};
  run_entering_helper(plan(), context);
}

ForkedStart::ForkedStart(const SandboxPlan& plan, const SandboxUser& user,
                         const NamespaceHandles& sandbox, std::optional<PendingJail> prepared,
                         CgroupJoin groups, std::weak_ptr<Zygote> zygote)
    : InterpreterStart(plan, user, sandbox, std::move(prepared), std::move(groups)),
      zygote_(std::move(zygote)) {}

pid_t ForkedStart::spawn(const NamespaceView& jail, const Channels& channels) {
  const auto zygote = zygote_.lock();
  if (!zygote) throw StepError("zygote: ended while it forked", EPIPE);
  asked_ = zygote->process();
  zygote->ask_to_fork(user().owner, jail, channels, groups());
  return 0;
}

std::optional<StartedJail> ForkedStart::advance(Time now) {
  try {
    return InterpreterStart::advance(now);
  } catch (const StepError& error) {
    const bool is_gone = error.error_number() == EPIPE;
    const bool is_stuck = error.error_number() == ETIMEDOUT;
    if (!is_gone && !is_stuck) throw;
    const auto zygote = zygote_.lock();
    if (asked_ != 0 && zygote) zygote->end(asked_);
    throw StepError(is_gone ? "zygote: ended while it forked" : "zygote: takes too long to fork",
                    error.error_number());
  }
}

}  // namespace dynsessions::sandbox
