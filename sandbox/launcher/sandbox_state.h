#pragma once

#include <memory>
#include <variant>
#include <vector>

#include "sandbox/base/unique_fd.h"
#include "sandbox/process/pending.h"
#include "sandbox/protocol/launcher_protocol.h"
#include "sandbox/tiers/isolation.h"

namespace dynsessions::sandbox {

/// The state of a sandbox, with the requests that wait for it. The functions below are the only
/// transitions; each throws std::logic_error in a state without that transition.
///
///     Queued ──build──▶ Building ──await_network──▶ PendingNetwork ──become_live──▶ Live
///                                  Live ──wait_for_count──▶ Counting ──become_live──▶ Live
///     every state but Destroying ──become_destroying──▶ Destroying
class SandboxState {
 public:
  /// The creation waits in the queue.
  struct Queued {
    Request creation;
  };
  struct Building {
    Request creation;
    std::unique_ptr<Pending<MadeSandbox>> work;
  };
  /// The sandbox is ready, its network is not. Without a network the state becomes Live at once.
  struct PendingNetwork {
    Request creation;         ///< answered when the network is up
    UniqueFd data_directory;  ///< sent with the answer to the creation
  };
  struct Live {};
  /// The session had too many files. They are counted to the end before an interpreter starts
  /// (disk_watch.h).
  struct Counting {
    std::vector<Request> starts;  ///< starts that are served when the count is known
  };
  /// The jails of the sandbox are ending.
  struct Destroying {
    Request destruction;  ///< answered when the last jail is gone
  };

  explicit SandboxState(const Request& creation) : state_(Queued{creation}) {}

  template <typename State>
  [[nodiscard]] const State* as() const {
    return std::get_if<State>(&state_);
  }
  /// Whether the launcher's loop must visit the sandbox each time.
  [[nodiscard]] bool needs_attention() const {
    return as<Building>() != nullptr || as<PendingNetwork>() != nullptr ||
           as<Counting>() != nullptr;
  }
  /// The unanswered creation request if no interpreter can start in the sandbox yet; null
  /// otherwise.
  [[nodiscard]] const Request* creation() const;

  /// From Queued.
  void build(std::unique_ptr<Pending<MadeSandbox>> work);
  /// From Building.
  void await_network(UniqueFd data_directory);
  /// From PendingNetwork or Counting. Returns the requests that waited: the creation, or the
  /// starts.
  std::vector<Request> become_live();
  /// From Live or Counting; `start` waits.
  void wait_for_count(const Request& start);
  /// From all states but Destroying. Returns the requests that will not be served any more.
  std::vector<Request> become_destroying(const Request& destruction);

 private:
  std::variant<Queued, Building, PendingNetwork, Live, Counting, Destroying> state_;
};

}  // namespace dynsessions::sandbox
