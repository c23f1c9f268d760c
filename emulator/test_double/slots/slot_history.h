#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "emulator/base/clock.h"
#include "emulator/pools/pool_definition.h"
#include "emulator/pools/session_events.h"

namespace dynsessions::test_double {

/// The past sessions of all pools, from which would_refuse() computes which sessions a smaller pool
/// would have refused. Keeps the newest kMost sessions. Event-loop thread only.
class SlotHistory {
 public:
  static constexpr std::size_t kMost = 10'000;
  /// A pool, or nullopt for the history of all pools.
  using Scope = std::optional<pools::PoolName>;

  struct Entry {
    Clock::TimePoint at;
    std::string identifier;
    std::string session;  ///< guid; empty for a session that the pool refused
  };

  struct Estimate {
    std::size_t allocated = 0;        ///< sessions that the pool has made
    std::size_t peak = 0;             ///< the most of them at a time
    std::vector<Entry> would_refuse;  ///< entries for which there would have been no slot
    std::vector<Entry> refused;       ///< requests for a session that the pool itself refused
    bool is_complete = true;          ///< false: older ones were forgotten
  };

  SlotHistory() = default;
  SlotHistory(const SlotHistory&) = delete;
  SlotHistory& operator=(const SlotHistory&) = delete;

  /// Records the sessions of one pool. This object and the pool's clock outlive the returned
  /// object.
  [[nodiscard]] std::unique_ptr<pools::SessionEvents> for_sessions(const pools::PoolName& pool,
                                                                   const Clock& clock);

  /// Estimates how many of the pool's past sessions a pool with `slots` slots would have refused. A
  /// refused session holds no slot, and its client is assumed not to retry.
  [[nodiscard]] Estimate estimate(const pools::PoolName& pool, std::size_t slots) const;

  /// Forgets the sessions that have ended, and the refusals.
  void clear(const Scope& scope);

 private:
  friend class RecordedSlots;

  struct Record {
    std::string pool;  ///< key
    Entry entry;
    std::uint64_t begin =
        0;                  ///< number of the event; times can be equal, as when a clock is frozen
    std::uint64_t end = 0;  ///< 0: it lives
  };

  void begin(std::string pool, Entry entry);
  void end(const std::string& session);

  std::deque<Record> records_;                            ///< in order of `begin`
  std::unordered_map<std::string, std::uint64_t> alive_;  ///< `begin` by guid
  std::uint64_t events_ = 0;
  std::uint64_t forgotten_ = 0;
};

}  // namespace dynsessions::test_double
