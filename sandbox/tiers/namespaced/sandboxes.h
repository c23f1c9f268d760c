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
/// A sandbox consists of namespaces and mounts; their handles keep them alive, not a process. Every
/// interpreter gets a *jail* in it: a separate PID namespace with a separate /proc, made for the
/// interpreter and ended with it. The jail of a sandbox's first interpreter is made together with
/// the sandbox. Interpreters of one sandbox share its files, loopback, IPC and limits, but no
/// processes. That makes several of them safe, in three ways:
///
/// - A new interpreter has capabilities and a copy of the launcher's memory until it execs. Code
///   that already runs in the sandbox has no pid for it: it cannot signal, stop, trace,
///   reprioritise or limit it, nor open its /proc. In its jail there is no other process but init.
/// - So that code cannot delay a new interpreter either. Set-up takes about a millisecond; the
///   timeout for each process is ten seconds.
/// - SIGKILL to the jail's init ends the jail and nothing else. The kernel then lets no process in
///   it fork or hide: fork bombs and daemons end with the interpreter that started them, and init
///   is only reaped when all are gone.
namespace dynsessions::sandbox {

/// Namespaces that are separate for each jail.
inline constexpr int kNamespacesOfJail = CLONE_NEWPID | CLONE_NEWNS;

/// The owner of a sandbox on this host.
struct SandboxUser {
  UserIds ids;  ///< user of its processes
  uid_t owner;  ///< owner of its user namespace, for whom the kernel counts the namespace
};

struct CreatedSandbox {
  NamespaceHandles namespaces;  ///< keep the sandbox alive; jails have separate PID namespaces
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
  bool is_admitted_ = false;  ///< its namespaces were opened and its ids mapped
  CreatedSandbox created_;
};

/// A jail whose only process is its init. The init is killed with this object unless it is kept.
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
  std::optional<PendingJail> jail_;  ///< set when its namespaces are opened
};

}  // namespace dynsessions::sandbox
