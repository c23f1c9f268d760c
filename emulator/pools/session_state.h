#pragma once

#include <array>

namespace dynsessions::pools {

/// The life of a session. A call that finds it `ending` or `ended` starts a new session under the
/// same identifier.
///
///   allocating ──▶ active ──▶ ending ──▶ ended
///        └────────── allocation failed ────▲
enum class SessionState {
  allocating,  ///< its workspace is being made; calls wait
  active,      ///< serves calls
  ending,      ///< out of the pool; its workspace is being stopped
  ended,       ///< nothing of it is left
};

struct Transition {
  SessionState from, to;
};

inline constexpr std::array kTransitions{
    Transition{SessionState::allocating, SessionState::active},
    Transition{SessionState::allocating, SessionState::ended},
    Transition{SessionState::active, SessionState::ending},
    Transition{SessionState::ending, SessionState::ended},
};

[[nodiscard]] constexpr bool is_allowed(SessionState from, SessionState to) {
  for (const Transition& transition : kTransitions) {
    if (transition.from == from && transition.to == to) return true;
  }
  return false;
}

}  // namespace dynsessions::pools
