#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "sandbox/kernel/cgroups/cgroup_join.h"
#include "sandbox/plan/sandbox_plan.h"
#include "sandbox/process/child_report.h"
#include "sandbox/process/pending.h"
#include "sandbox/process/spawn.h"
#include "sandbox/tiers/isolation.h"
#include "sandbox/tiers/namespaced/sandboxes.h"
#include "sandbox/tiers/namespaced/zygote.h"

namespace dynsessions::sandbox {

/// Starts an interpreter in a jail of its sandbox, in two stages: the jail, if none is prepared,
/// then the interpreter, which is verified from outside after its set-up.
class InterpreterStart : public Pending<StartedJail> {
 public:
  /// `plan` and `sandbox` must outlive this object; `prepared` can be empty. Throws StepError.
  InterpreterStart(const SandboxPlan& plan, const SandboxUser& user,
                   const NamespaceHandles& sandbox, std::optional<PendingJail> prepared,
                   CgroupJoin groups);

  [[nodiscard]] std::optional<StartedJail> advance(Time now) override;
  [[nodiscard]] int descriptor() const override;
  [[nodiscard]] Time deadline() const override;
  bool reaped(pid_t pid, int wait_status) override;

 protected:
  /// Starts the process that becomes the interpreter or starts it; returns 0 if it is not a child
  /// of the launcher. The other ends of the channels belong to the interpreter. Throws StepError.
  virtual pid_t spawn(const NamespaceView& jail, const Channels& channels) = 0;
  /// The timeout of the second stage.
  [[nodiscard]] virtual std::chrono::seconds timeout() const { return ChildReports::kTimeout; }

  [[nodiscard]] const SandboxPlan& plan() const { return plan_; }
  [[nodiscard]] const SandboxUser& user() const { return user_; }
  [[nodiscard]] const CgroupJoin& groups() const { return groups_; }

 private:
  /// State of the second stage.
  struct Spawned {
    Channels channels;
    UnfinishedProcess helper;
    ChildReports reports;
  };

  void begin();
  StartedJail finish();

  const SandboxPlan& plan_;
  const SandboxUser user_;
  const NamespaceHandles& sandbox_;
  CgroupJoin groups_;  ///< held until the second stage
  std::unique_ptr<JailBuild> build_;
  std::optional<PendingJail> jail_;
  std::optional<Spawned> spawned_;
};

/// Starts the profile's interpreter by exec.
class ExecutedStart final : public InterpreterStart {
 public:
  using InterpreterStart::InterpreterStart;

 private:
  pid_t spawn(const NamespaceView& jail, const Channels& channels) override;
};

/// Forks the interpreter from the zygote. Fails with EPIPE if the zygote is gone, and with
/// ETIMEDOUT if it does not react; the zygote is then ended, so that the next attempt gets another
/// one.
class ForkedStart final : public InterpreterStart {
 public:
  ForkedStart(const SandboxPlan& plan, const SandboxUser& user, const NamespaceHandles& sandbox,
              std::optional<PendingJail> prepared, CgroupJoin groups, std::weak_ptr<Zygote> zygote);

  [[nodiscard]] std::optional<StartedJail> advance(Time now) override;

 private:
  pid_t spawn(const NamespaceView& jail, const Channels& channels) override;
  [[nodiscard]] std::chrono::seconds timeout() const override { return Zygote::kForkTimeout; }

  std::weak_ptr<Zygote> zygote_;  ///< owned by its profile, which can be forgotten
  pid_t asked_ = 0;               ///< the zygote process that was asked to fork
};

}  // namespace dynsessions::sandbox
