#include "sandbox/tiers/namespaced/namespaced_isolation.h"

#include <optional>
#include <utility>

#include <unistd.h>

#include "sandbox/tiers/namespaced/interpreter_start.h"
#include "sandbox/tiers/namespaced/sandboxes.h"
#include "sandbox/tiers/namespaced/zygote.h"

namespace dynsessions::sandbox {
namespace {

class NamespacedSandbox final : public Sandbox {
 public:
  NamespacedSandbox(const SandboxPlan& plan, SessionUser lease, uid_t owner)
      : plan_(plan), lease_(std::move(lease)), user_{lease_.ids(), owner} {}

  [[nodiscard]] const SandboxUser& user() const { return user_; }
  [[nodiscard]] const NamespaceHandles& namespaces() const { return namespaces_; }
  void set_namespaces(NamespaceHandles namespaces) { namespaces_ = std::move(namespaces); }
  /// Sets the jail of the first interpreter.
  void set_first_jail(PendingJail jail) { prepared_.emplace(std::move(jail)); }

  std::unique_ptr<Pending<StartedJail>> start(CgroupJoin groups) override {
    return std::make_unique<ExecutedStart>(plan_, user_, namespaces_, take_prepared(),
                                           std::move(groups));
  }

  std::unique_ptr<Pending<StartedJail>> fork_from(std::weak_ptr<Zygote> zygote,
                                                  CgroupJoin groups) override {
    return std::make_unique<ForkedStart>(plan_, user_, namespaces_, take_prepared(),
                                         std::move(groups), std::move(zygote));
  }

  [[nodiscard]] pid_t waiting_process() const override {
    return prepared_ ? prepared_->init.get() : 0;
  }

  bool reaped(pid_t pid) override {
    if (!prepared_ || !prepared_->init.reaped(pid)) return false;
    prepared_.reset();
    return true;
  }

 private:
  std::optional<PendingJail> take_prepared() {
    std::optional<PendingJail> taken = std::move(prepared_);
    prepared_.reset();
    return taken;
  }

  const SandboxPlan& plan_;
  const SessionUser lease_;
  const SandboxUser user_;
  NamespaceHandles namespaces_;  ///< the handles keep the mounts alive
  std::optional<PendingJail> prepared_;
};

/// Makes a sandbox with its first jail, so that the first interpreter need not wait for one.
class Creation final : public Pending<MadeSandbox> {
 public:
  Creation(const SandboxPlan& plan, SessionUser lease, uid_t owner, CgroupJoin groups)
      : plan_(plan),
        groups_(std::move(groups)),
        sandbox_(std::make_unique<NamespacedSandbox>(plan, std::move(lease), owner)),
        build_(plan, sandbox_->user(), groups_) {}

  std::optional<MadeSandbox> advance(Time now) override {
    if (!jail_) {
      auto created = build_.advance(now);
      if (!created) return std::nullopt;
      begin_jail(*std::move(created));
    }
    auto jail = jail_->advance(now);
    if (!jail) return std::nullopt;
    sandbox_->set_first_jail(*std::move(jail));
    return MadeSandbox{std::move(sandbox_), std::move(data_directory_), std::move(egress_)};
  }

  [[nodiscard]] int descriptor() const override {
    return jail_ ? jail_->descriptor() : build_.descriptor();
  }

  [[nodiscard]] Time deadline() const override {
    return jail_ ? jail_->deadline() : build_.deadline();
  }

  bool reaped(pid_t pid, int wait_status) override {
    return build_.reaped(pid, wait_status) || (jail_ && jail_->reaped(pid, wait_status)) ||
           (egress_ && egress_->reaped(pid, wait_status));
  }

 private:
  /// Makes the first jail while the network comes up.
  void begin_jail(CreatedSandbox created) {
    data_directory_ = std::move(created.data_directory);
    sandbox_->set_namespaces(std::move(created.namespaces));
    const NamespaceHandles& namespaces = sandbox_->namespaces();
    if (!plan_.egress_arguments.empty()) egress_ = std::make_unique<Egress>(plan_, namespaces);
    jail_.emplace(plan_, sandbox_->user().ids, namespaces, groups_);
  }

  const SandboxPlan& plan_;
  const CgroupJoin groups_;
  std::unique_ptr<NamespacedSandbox> sandbox_;
  SandboxBuild build_;
  UniqueFd data_directory_;
  std::unique_ptr<Egress> egress_;
  std::optional<JailBuild> jail_;
};

}  // namespace

NamespacedIsolation::NamespacedIsolation(SessionUsers& users)
    : users_(users), sessions_own_namespaces_(can_control_foreign_namespaces()) {}

std::unique_ptr<Pending<MadeSandbox>> NamespacedIsolation::create(const SandboxPlan& plan,
                                                                  CgroupJoin groups) {
  SessionUser lease = users_.take();
  const uid_t owner = sessions_own_namespaces_ ? lease.ids().uid : ::geteuid();
  return std::make_unique<Creation>(plan, std::move(lease), owner, std::move(groups));
}

}  // namespace dynsessions::sandbox
