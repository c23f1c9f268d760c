#pragma once

#include <memory>
#include <optional>

#include "sandbox/base/unique_fd.h"
#include "sandbox/kernel/cgroups/cgroup_join.h"
#include "sandbox/kernel/namespaces/namespaces.h"
#include "sandbox/plan/sandbox_plan.h"
#include "sandbox/process/child_report.h"
#include "sandbox/process/pending.h"
#include "sandbox/process/spawn.h"

/// The launcher's side of making sandboxes and jails. Each piece of work either succeeds and has
/// verified the result from outside, or throws StepError and leaves only killed processes behind,
/// which the launcher's loop reaps.
///
/// A sandbox is namespaces and mounts; no process keeps them, their handles do. Every interpreter
/// gets a *jail* in it: a PID namespace of its own with a /proc of its own, made for it and ended
/// with it; that of a sandbox's first interpreter is made when the sandbox is. Interpreters of one
/// sandbox share its files, loopback, IPC and limits, but no processes. That is what makes several
/// of them safe, in three ways:
///
/// - A newcomer has capabilities and a copy of the launcher's memory until it execs. Code that runs
///   in the sandbox already has no pid for it: it cannot signal, stop, trace, reprioritise or limit
///   it, nor open its /proc. In its own jail there is nobody but init.
/// - So nothing that it does can make a newcomer late. Set-up takes about a millisecond; ten
///   seconds per process are the end of patience with the machine.
/// - SIGKILL to the jail's init ends the jail and nothing else. The kernel lets nothing in it fork
///   or hide any more: fork bombs and daemons end with the interpreter that started them, and init
///   is only reaped when all are gone.
namespace dynsessions::sandbox {

/// Namespaces that a jail has for itself.
inline constexpr int kNamespacesOfJail = CLONE_NEWPID | CLONE_NEWNS;

/// Whom a sandbox belongs to on this host.
struct SandboxUser {
  UserIds ids;  ///< of its processes
  uid_t owner;  ///< of its user namespace, with whom the kernel counts it and what is in it
};

struct CreatedSandbox {
  NamespaceHandles namespaces;  ///< keep the sandbox; jails have PID namespaces of their own
  UniqueFd data_directory;      ///< /mnt/data
};

/// A sandbox that is being made by its first process.
class SandboxBuild final : public Pending<CreatedSandbox> {
 public:
  /// Starts the process, which joins `groups`. Throws StepError.
  SandboxBuild(const SandboxPlan& plan, const SandboxUser& user, const CgroupJoin& groups);

  [[nodiscard]] std::optional<CreatedSandbox> advance(Time now) override;
  [[nodiscard]] int descriptor() const override { return reports_->descriptor(); }
  [[nodiscard]] Time deadline() const override { return reports_->deadline(); }
  bool reaped(pid_t pid, int /*wait_status*/) override { return builder_.reaped(pid); }

 private:
  void admit();

  const SandboxUser user_;
  UnfinishedProcess builder_;
  std::optional<ChildReports> reports_;
  bool is_admitted_ = false;  ///< its namespaces are opened and its ids mapped
  CreatedSandbox created_;
};

/// A jail whose only process is its init, which is killed with this object unless it is kept.
struct PendingJail {
  UnfinishedProcess init;
  NamespaceHandles namespaces;  ///< kNamespacesOfJail only
};

/// A jail that is being made in a sandbox.
class JailBuild final : public Pending<PendingJail> {
 public:
  /// Starts the process that makes init; both join `groups`. Throws StepError.
  JailBuild(const SandboxPlan& plan, UserIds user, const NamespaceHandles& sandbox,
            const CgroupJoin& groups);

  [[nodiscard]] std::optional<PendingJail> advance(Time now) override;
  [[nodiscard]] int descriptor() const override { return reports_->descriptor(); }
  [[nodiscard]] Time deadline() const override { return reports_->deadline(); }
  bool reaped(pid_t pid, int /*wait_status*/) override {
    return helper_.reaped(pid) || (jail_ && jail_->init.reaped(pid));
  }

 private:
  void admit();

  const UserIds user_;
  UnfinishedProcess helper_;
  std::optional<ChildReports> reports_;
  std::optional<PendingJail> jail_;  ///< once its namespaces are opened
};

}  // namespace dynsessions::sandbox
