#include "sandbox/launcher/sandbox_state.h"

#include <stdexcept>
#include <utility>

namespace dynsessions::sandbox {

const Request* SandboxState::creation() const {
  if (const auto* queued = as<Queued>()) return &queued->creation;
  if (const auto* building = as<Building>()) return &building->creation;
  if (const auto* pending = as<PendingNetwork>()) return &pending->creation;
  return nullptr;
}

void SandboxState::build(std::unique_ptr<Pending<MadeSandbox>> work) {
  const auto* queued = as<Queued>();
  if (queued == nullptr) throw std::logic_error("sandbox state: not queued");
  state_ = Building{Request(queued->creation), std::move(work)};
}

void SandboxState::await_network(UniqueFd data_directory) {
  const auto* building = as<Building>();
  if (building == nullptr) throw std::logic_error("sandbox state: not building");
  state_ = PendingNetwork{Request(building->creation), std::move(data_directory)};
}

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
  std::vector<Request> unserved;
  if (const Request* waiting = creation()) unserved.push_back(*waiting);
  if (as<Counting>() != nullptr) unserved = become_live();
  state_ = Destroying{destruction};
  return unserved;
}

}  // namespace dynsessions::sandbox
