#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <optional>

#include "sandbox/plan/sandbox_plan.h"
#include "sandbox/protocol/launcher_protocol.h"
#include "sandbox/protocol/sandbox_profile.h"
#include "sandbox/tiers/namespaced/zygote.h"
#include "sandbox/tiers/namespaced/zygote_demand.h"

namespace dynsessions::sandbox {

/// The preparations for all sandboxes of one profile. The launcher owns them until it forgets the
/// profile, and each sandbox of the profile until that sandbox is gone.
class Profile {
 public:
  using Time = std::chrono::steady_clock::time_point;

  struct WaitingFork {
    Request request;
    bool was_tried = false;  ///< a zygote ended or did not fork
  };
  using WaitingForks = std::deque<WaitingFork>;

  /// Throws std::runtime_error if the profile cannot be used on this host.
  Profile(const PlanBasis& basis, const SandboxProfile& profile,
          std::chrono::seconds zygote_idle_period);
  Profile(const Profile&) = delete;
  Profile& operator=(const Profile&) = delete;

  [[nodiscard]] const SandboxPlan& plan() const { return plan_; }

  void sandbox_made() { ++sandboxes_; }
  void sandbox_gone() { --sandboxes_; }

  /// Null if the profile has no zygote or is forgotten.
  [[nodiscard]] const std::shared_ptr<Zygote>& zygote() const { return zygote_; }
  /// Requests to fork that wait for the zygote, in order of arrival.
  [[nodiscard]] WaitingForks& waiting_forks() { return waiting_forks_; }
  /// Each fork in progress keeps a copy, so that its use count is their number.
  [[nodiscard]] std::shared_ptr<const int> fork_token() const { return fork_token_; }
  [[nodiscard]] long forks_under_way() const { return fork_token_.use_count() - 1; }

  /// Starts the zygote if the profile is in use; ends it if it is not used any more.
  void tick(Time now);
  /// The time when tick() must be called; nullopt if nothing is due.
  [[nodiscard]] std::optional<Time> next_tick() const;

  /// Ends the zygote; from now on interpreters of this profile are started, not forked. Returns the
  /// waiting forks.
  [[nodiscard]] WaitingForks forget();
  [[nodiscard]] bool is_forgotten() const { return is_forgotten_; }

 private:
  SandboxPlan plan_;
  std::shared_ptr<Zygote> zygote_;  ///< forks in progress share it for the time of a call
  const std::shared_ptr<const int> fork_token_ = std::make_shared<int>();
  ZygoteDemand demand_;
  WaitingForks waiting_forks_;
  std::size_t sandboxes_ = 0;
  bool is_forgotten_ = false;
};

}  // namespace dynsessions::sandbox
