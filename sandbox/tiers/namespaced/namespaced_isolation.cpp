#include "sandbox/tiers/namespaced/namespaced_isolation.h"

#include <optional>
#include <utility>

#include "sandbox/process/step_error.h"
#include "sandbox/tiers/namespaced/interpreter_start.h"
#include "sandbox/tiers/namespaced/sandboxes.h"
#include "sandbox/tiers/namespaced/zygote.h"

namespace dynsessions::sandbox {
namespace {

class NamespacedSandbox final : public Sandbox {
 public:
  NamespacedSandbox(const SandboxPlan& plan, NamespaceHandles namespaces, PendingJail first_jail)
      : plan_(plan), namespaces_(std::move(namespaces)) {
    prepared_.emplace(std::move(first_jail));
  }

  std::unique_ptr<Pending<StartedJail>> start(CgroupJoin groups) override {
    return std::make_unique<ExecutedStart>(plan_, namespaces_, take_prepared(), std::move(groups));
  }

  std::unique_ptr<Pending<StartedJail>> fork_from(std::weak_ptr<Zygote> zygote,
                                                  CgroupJoin groups) override {
    return std::make_unique<ForkedStart>(plan_, namespaces_, take_prepared(), std::move(groups),
                                         std::move(zygote));
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
  NamespaceHandles namespaces_;  ///< they keep the mounts alive
  std::optional<PendingJail> prepared_;
};

/// A sandbox with its first jail, which the first interpreter then need not wait for.
class Creation final : public Pending<MadeSandbox> {
 public:
  Creation(const SandboxPlan& plan, CgroupJoin groups)
      : plan_(plan), groups_(std::move(groups)), build_(plan_, groups_) {}

  std::optional<MadeSandbox> advance(Time now) override {
    if (!jail_) {
      auto created = build_.advance(now);
      if (!created) return std::nullopt;
      created_ = *std::move(created);
      if (!plan_.egress_arguments.empty()) {
        egress_ = std::make_unique<Egress>(plan_, created_.namespaces);
      }
      jail_.emplace(plan_, created_.namespaces, groups_);
    }
    auto jail = jail_->advance(now);
    if (!jail) return std::nullopt;
    return MadeSandbox{std::make_unique<NamespacedSandbox>(plan_, std::move(created_.namespaces),
                                                           *std::move(jail)),
                       std::move(created_.data_directory), std::move(egress_)};
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
  const SandboxPlan& plan_;
  const CgroupJoin groups_;
  SandboxBuild build_;
  CreatedSandbox created_;
  std::unique_ptr<Egress> egress_;
  std::optional<JailBuild> jail_;
};

}  // namespace

std::unique_ptr<Pending<MadeSandbox>> NamespacedIsolation::create(const SandboxPlan& plan,
                                                                  CgroupJoin groups) {
  return std::make_unique<Creation>(plan, std::move(groups));
}

}  // namespace dynsessions::sandbox
