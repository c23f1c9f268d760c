#include "sandbox/tiers/namespaced/namespaced_isolation.h"

#include <cerrno>
#include <csignal>
#include <utility>

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include "sandbox/process/step_error.h"
#include "sandbox/tiers/namespaced/sandboxes.h"
#include "sandbox/tiers/namespaced/zygote.h"

namespace dynsessions::sandbox {
namespace {

/// Namespaces that a jail has for itself.
constexpr int kNamespacesOfJail = CLONE_NEWPID | CLONE_NEWNS;

class NamespacedJail final : public Jail {
 public:
  explicit NamespacedJail(InterpreterProcesses processes) : processes_(processes) {}

  void interrupt() override {
    if (processes_.interpreter == 0) throw StepError("interrupt: no interpreter", ESRCH);
    if (::kill(-processes_.interpreter, SIGINT) < 0) throw StepError("interrupt", errno);
  }

  void end() override {
    if (::kill(processes_.init, SIGKILL) < 0) throw StepError("kill", errno);
  }

  /// The kernel lets init end only after everything else in its PID namespace.
  News reaped(pid_t pid, int wait_status) override {
    if (pid == processes_.init) return News::gone;
    if (pid != processes_.interpreter) return News::not_ours;
    processes_.interpreter = 0;
    wait_status_ = wait_status;
    // What it leaves behind ends with it. Not reaped yet, so this can only be our init.
    ::kill(processes_.init, SIGKILL);
    return News::still_there;
  }

  [[nodiscard]] std::vector<pid_t> processes() const override {
    if (processes_.interpreter == 0) return {processes_.init};
    return {processes_.init, processes_.interpreter};
  }

  [[nodiscard]] pid_t own_process() const override { return processes_.init; }
  [[nodiscard]] int wait_status() const override { return wait_status_; }

 private:
  InterpreterProcesses processes_;  ///< `interpreter` is 0 when it was reaped
  int wait_status_ = 0;
};

StartedJail opened(StartedInterpreter started) {
  return {std::make_unique<NamespacedJail>(started.processes), std::move(started.control),
          std::move(started.standard_output), std::move(started.standard_error)};
}

class NamespacedSandbox final : public Sandbox {
 public:
  NamespacedSandbox(const SandboxPlan& plan, SessionUser lease, uid_t owner,
                    NamespaceHandles namespaces)
      : plan_(plan),
        lease_(std::move(lease)),
        user_{lease_.ids(), owner},
        namespaces_(std::move(namespaces)) {}

  StartedJail start(const CgroupJoin& groups) override {
    const std::unique_ptr<PendingJail> jail = take_jail(groups);
    return opened(start_interpreter(plan_, user_.ids, *jail, groups));
  }

  std::optional<StartedJail> fork_from(Zygote& zygote, const CgroupJoin& groups) override {
    const std::unique_ptr<PendingJail> jail = take_jail(groups);
    auto started = zygote.fork_into(user_, *jail, groups);
    if (!started) return std::nullopt;
    return opened(std::move(*started));
  }

  [[nodiscard]] const NamespaceHandles& namespaces() const { return namespaces_; }

  std::optional<pid_t> prepare(const CgroupJoin& groups) override {
    try {
      prepared_ = make_jail(plan_, user_.ids, namespaces_, groups);
      // The others are the sandbox's, and descriptors may be few.
      for (std::size_t i = 0; i < kNamespaceKinds.size(); ++i) {
        if ((kNamespaceKinds[i].flag & kNamespacesOfJail) == 0)
          prepared_->namespaces[i] = UniqueFd();
      }
      return prepared_->init.get();
    } catch (const StepError& error) {
      failure_ = error;
      return std::nullopt;
    }
  }

  bool reaped(pid_t pid) override {
    if (!prepared_ || prepared_->init.get() != pid) return false;
    (void)prepared_->init.keep();
    prepared_.reset();
    return true;
  }

 private:
  std::unique_ptr<PendingJail> take_jail(const CgroupJoin& groups) {
    if (const auto failure = std::exchange(failure_, std::nullopt)) throw *failure;
    if (!prepared_) return make_jail(plan_, user_.ids, namespaces_, groups);
    for (std::size_t i = 0; i < kNamespaceKinds.size(); ++i) {
      UniqueFd& handle = prepared_->namespaces[i];
      if (!handle) handle = UniqueFd(::fcntl(namespaces_[i].get(), F_DUPFD_CLOEXEC, 0));
      if (!handle) throw StepError("jail", errno);
    }
    return std::move(prepared_);
  }

  const SandboxPlan& plan_;
  const SessionUser lease_;
  const SandboxUser user_;
  NamespaceHandles namespaces_;  ///< they keep the mounts alive
  std::unique_ptr<PendingJail> prepared_;
  std::optional<StepError> failure_;  ///< of preparing it
};

}  // namespace

NamespacedIsolation::NamespacedIsolation(SessionUsers& users)
    : users_(users), sessions_own_namespaces_(can_rule_foreign_namespaces()) {}

MadeSandbox NamespacedIsolation::create(const SandboxPlan& plan, const CgroupJoin& groups) {
  SessionUser user = users_.take();
  const uid_t owner = sessions_own_namespaces_ ? user.ids().uid : ::geteuid();
  CreatedSandbox created = create_sandbox(plan, {user.ids(), owner}, groups);
  auto sandbox = std::make_unique<NamespacedSandbox>(plan, std::move(user), owner,
                                                     std::move(created.namespaces));
  std::unique_ptr<Egress> egress;
  if (!plan.egress_arguments.empty()) {
    egress = std::make_unique<Egress>(plan, sandbox->namespaces());
  }
  return {std::move(sandbox), std::move(created.data_directory), std::move(egress)};
}

}  // namespace dynsessions::sandbox
