#pragma once

#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "emulator/base/adjustable_clock.h"
#include "emulator/pools/pool.h"

/// Moving the clocks of pools, so that a cooldown of five minutes takes milliseconds.
namespace dynsessions::test_double {

/// The clock of one pool, or of the server.
struct MovableClock {
  std::shared_ptr<pools::Pool> pool;  ///< shared with the catalog; null: the server's clock
  AdjustableClock* clock;             ///< lives as long as the pool

  explicit MovableClock(pools::Pool& owner)
      : pool(owner.shared_from_this()), clock(&owner.clock()) {}
  explicit MovableClock(AdjustableClock& server_clock) : clock(&server_clock) {}
};

struct FiredTimer {
  std::string pool;  ///< name of the pool; empty: no pool
  AdjustableClock::Fired fired;
};

/// Waits until no other request moves one of the clocks. This still holds
/// for a move that the caller starts before its next co_await.
boost::asio::awaitable<void> until_still(std::vector<MovableClock> clocks);

/// The target of a move: a time, or a duration from now. Forward only.
struct ClockTarget {
  MovableClock clock;
  Clock::TimePoint time;
};

/// Moves the clocks, none of which is being moved, one after the other. All of them stand still
/// from the call on. Fires what is due on the way, in order of time, and lists it.
///
/// Resolves when what fired has settled: sessions that expired are out of their pool and their
/// identifiers are free, programs that timed out have been interrupted and answered (a program that
/// resists is waited for up to ten seconds). Other requests are served in the meantime. Processes
/// and files of expired sessions go in the background.
///
/// Time stamps of files that are written after that belong to the new time: the kernel stamps with
/// a clock that ticks every few milliseconds, and its next tick is waited for.
boost::asio::awaitable<std::vector<FiredTimer>> move(std::vector<ClockTarget> targets);

}  // namespace dynsessions::test_double
