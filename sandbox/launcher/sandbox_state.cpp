#include "sandbox/launcher/sandbox_state.h"

#include <stdexcept>
#include <utility>

namespace dynsessions::sandbox {

std::vector<Request> SandboxState::become_live() {
  std::vector<Request> waited;
  if (const auto* pending = as<PendingNetwork>()) {
    waited.push_back(pending->creation);
  } else if (auto* counting = std::get_if<Counting>(&state_)) {
    waited = std::move(counting->starts);
  } else {
    throw std::logic_error("sandbox state: nothing to wait for");
  }
  state_ = Live{};
  return waited;
}

void SandboxState::wait_for_count(const Request& start) {
  if (as<Live>() != nullptr) state_ = Counting{};
  auto* counting = std::get_if<Counting>(&state_);
  if (counting == nullptr) throw std::logic_error("sandbox state: not live");
  counting->starts.push_back(start);
}

std::vector<Request> SandboxState::become_destroying(const Request& destruction) {
  if (as<Destroying>() != nullptr) throw std::logic_error("sandbox state: destroyed twice");
  std::vector<Request> unserved = needs_attention() ? become_live() : std::vector<Request>();
  state_ = Destroying{destruction};
  return unserved;
}

}  // namespace dynsessions::sandbox
