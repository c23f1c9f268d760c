#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "emulator/test_double/journal/journal_entry.h"

namespace dynsessions::test_double {

/// The requests of all pools, in memory and within a bound: the oldest are forgotten first. Also
/// counts how many each pool has lost, so that a reader knows when the journal is incomplete.
/// Event-loop thread only.
class Journal {
 public:
  using EntryPointer = std::shared_ptr<const JournalEntry>;
  /// A pool, or nullopt for the requests of all pools.
  using Scope = std::optional<pools::PoolName>;

  /// Passes new entries to its listener while it exists.
  class Subscription {
   public:
    using Listener = std::function<void(const EntryPointer&)>;
    /// `journal` outlives this.
    Subscription(Journal& journal, Listener listener);
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;
    ~Subscription();

   private:
    friend class Journal;
    Journal& journal_;
    const Listener listener_;
  };

  explicit Journal(std::size_t most_bytes) : most_bytes_(most_bytes) {}
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// Adds the entry and gives it its id. The caller can fill in more members until end().
  void add(const std::shared_ptr<JournalEntry>& entry);
  /// Counts the size of the entry again, now that its exchange has ended.
  void end(const std::shared_ptr<JournalEntry>& entry);

  /// Oldest first.
  [[nodiscard]] std::vector<EntryPointer> entries(const Scope& scope) const;
  /// Requests of the scope that were forgotten for want of room since its last clear().
  [[nodiscard]] std::uint64_t forgotten(const Scope& scope) const;
  void clear(const Scope& scope);

 private:
  struct Kept {
    std::shared_ptr<JournalEntry> entry;  ///< shared with its recorder and with readers
    std::size_t bytes;
  };

  void make_room();

  const std::size_t most_bytes_;
  std::deque<Kept> kept_;
  std::size_t bytes_ = 0;
  std::uint64_t last_id_ = 0;
  std::map<std::string, std::uint64_t> forgotten_;  ///< keyed by PoolName::key()
  std::list<Subscription*> subscriptions_;
};

}  // namespace dynsessions::test_double
