#include "sandbox/launcher/profile.h"

#include <algorithm>
#include <utility>

namespace dynsessions::sandbox {

Profile::Profile(const PlanBasis& basis, const SandboxProfile& profile,
                 std::chrono::seconds zygote_idle_period)
    : demand_(zygote_idle_period) {
  prepare_plan(basis, profile, plan_);
  if (!plan_.zygote_arguments.empty()) zygote_ = std::make_shared<Zygote>(plan_);
}

void Profile::tick(Time now) {
  if (!zygote_) return;
  demand_.note(sandboxes_ > 0 || !waiting_forks_.empty(), now);
  if (demand_.is_wanted()) {
    zygote_->tick(now);
  } else {
    zygote_->retire();
  }
}

std::optional<Profile::Time> Profile::next_tick() const {
  if (!zygote_ || !demand_.is_wanted()) return std::nullopt;
  const std::optional<Time> idle = demand_.deadline();
  const std::optional<Time> zygote = zygote_->next_tick();
  if (idle && zygote) return std::min(*idle, *zygote);
  return idle ? idle : zygote;
}

Profile::WaitingForks Profile::forget() {
  is_forgotten_ = true;
  zygote_.reset();
  return std::exchange(waiting_forks_, {});
}

}  // namespace dynsessions::sandbox
