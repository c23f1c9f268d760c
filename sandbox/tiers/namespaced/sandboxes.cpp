#include "sandbox/tiers/namespaced/sandboxes.h"

#include <system_error>
#include <utility>

#include <sys/socket.h>

#include "sandbox/egress/closed_networks.h"
#include "sandbox/process/clone_process.h"
#include "sandbox/process/step_error.h"
#include "sandbox/tiers/namespaced/child.h"
#include "sandbox/tiers/verification.h"

namespace dynsessions::sandbox {
namespace {

void map_ids(UserIds user, pid_t pid) {
  require(write_id_maps(pid, kInsideUid, user.uid, kInsideGid, user.gid), "map ids");
}

/// Lets a child that waits in await_go() continue.
void send_go(const ChildReports& reports) {
  require(checked(::send(reports.descriptor(), "g", 1, MSG_NOSIGNAL)), "go");
}

}  // namespace

SandboxBuild::SandboxBuild(const SandboxPlan& plan, const SandboxUser& user,
                           const CgroupJoin& groups)
    : user_(user) {
  const std::vector<Ipv4Network> closed =
      plan.egress_arguments.empty() ? std::vector<Ipv4Network>() : closed_networks();
  FdPair report = make_socket_pair(SOCK_SEQPACKET);
  BuilderContext context{plan, groups, user.owner, report.child_end.get(), closed};
  pid_t pid = 0;
  const StepFailure failure = start_builder(context, pid);
  builder_.start(pid);
  if (failure) require({failure.error_number, failure.detail}, failure.step);
  reports_.emplace(std::move(report.launcher_end));
}

std::optional<CreatedSandbox> SandboxBuild::advance(Time now) {
  reports_->read(now);
  ChildOutcome& outcome = reports_->outcome();
  if (!is_admitted_ && (outcome.started != 0 || reports_->have_ended())) admit();
  if (!reports_->have_ended()) return std::nullopt;
  require_no_failure(outcome);
  if (!outcome.descriptor) throw StepError("data directory", EBADF);
  builder_.collect();
  created_.data_directory = std::move(outcome.descriptor);
  return std::move(created_);
}

/// Called when the builder has reported that its namespaces are complete, or an earlier failure.
void SandboxBuild::admit() {
  require_no_failure(reports_->outcome());
  constexpr int kKept = kSandboxNamespaces & ~CLONE_NEWPID;
  require(open_namespaces(builder_.get(), kKept, created_.namespaces), "open namespaces");
  map_ids(user_.ids, builder_.get());
  send_go(*reports_);
  is_admitted_ = true;
}

JailBuild::JailBuild(const SandboxPlan& plan, UserIds user, const NamespaceHandles& sandbox,
                     const CgroupJoin& groups)
    : user_(user) {
  FdPair report = make_socket_pair(SOCK_SEQPACKET);
  const pid_t pid = clone_process_into(groups, 0);
  if (pid < 0) throw StepError("fork", errno);
  if (pid == 0) {
    JailContext context{plan, view_of(sandbox), groups, report.child_end.get()};
    run_jail_helper(context);
  }
  helper_.start(pid);
  reports_.emplace(std::move(report.launcher_end));
}

std::optional<PendingJail> JailBuild::advance(Time now) {
  reports_->read(now);
  if (!jail_ && (reports_->outcome().started != 0 || reports_->have_ended())) admit();
  if (!reports_->have_ended()) return std::nullopt;
  require_no_failure(reports_->outcome());
  require_confined(find_weakness(jail_->init.get(), user_.uid, user_.gid));
  helper_.collect();
  return std::move(*jail_);
}

void JailBuild::admit() {
  jail_.emplace();
  jail_->init.start(reports_->outcome().started);
  require_no_failure(reports_->outcome());
  if (jail_->init.get() == 0) throw StepError("start init", ECHILD);
  require(open_namespaces(jail_->init.get(), kNamespacesOfJail, jail_->namespaces), "open jail");
  send_go(*reports_);
}

}  // namespace dynsessions::sandbox
