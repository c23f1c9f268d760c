#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "sandbox/base/unique_fd.h"
#include "sandbox/protocol/launcher_protocol.h"

namespace dynsessions::sandbox {

/// What the launcher does with a sandbox, and which requests wait for it. The functions below are
/// the only transitions; each throws std::logic_error in a state that has no such transition.
///
///     PendingNetwork ──become_live──▶ Live ──wait_for_count──▶ Counting ──become_live──▶ Live
///            └────────────────────────┴── become_destroying ──────┴──▶ Destroying
class SandboxState {
 public:
  /// The sandbox is there, its network is not; with neither it goes on to Live at once.
  struct PendingNetwork {
    Request creation;         ///< to be answered when the network is up
    UniqueFd data_directory;  ///< sent with that answer
  };
  struct Live {};
  /// The session had too many files: they are counted to the end before an interpreter starts
  /// (disk_watch.h).
  struct Counting {
    std::vector<Request> starts;  ///< to be served when the count is known
  };
  /// Its jails are ending.
  struct Destroying {
    Request destruction;  ///< to be answered when the last jail is gone
  };

  explicit SandboxState(PendingNetwork pending) : state_(std::move(pending)) {}

  template <typename State>
  [[nodiscard]] const State* as() const {
    return std::get_if<State>(&state_);
  }
  /// Whether the launcher's loop has to look at it each time.
  [[nodiscard]] bool needs_attention() const {
    return as<PendingNetwork>() != nullptr || as<Counting>() != nullptr;
  }

  /// From PendingNetwork or Counting. Returns the requests that waited: the creation, or the
  /// starts.
  std::vector<Request> become_live();
  /// From Live or Counting; `start` waits.
  void wait_for_count(const Request& start);
  /// From all but Destroying. Returns the requests that will not be served any more.
  std::vector<Request> become_destroying(const Request& destruction);

 private:
  std::variant<PendingNetwork, Live, Counting, Destroying> state_;
};

}  // namespace dynsessions::sandbox
