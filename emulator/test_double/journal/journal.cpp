#include "emulator/test_double/journal/journal.h"

#include <algorithm>
#include <utility>

namespace dynsessions::test_double {
namespace {

constexpr std::size_t kMostPools = 20'000;  ///< more pools than can exist at a time

bool is_in(const JournalEntry& entry, const Journal::Scope& scope) {
  return !scope || entry.pool.key() == scope->key();
}

}  // namespace

Journal::Subscription::Subscription(Journal& journal, Listener listener)
    : journal_(journal), listener_(std::move(listener)) {
  journal_.subscriptions_.push_back(this);
}

Journal::Subscription::~Subscription() { journal_.subscriptions_.remove(this); }

void Journal::add(const std::shared_ptr<JournalEntry>& entry) {
  entry->id = ++last_id_;
  const std::size_t bytes = entry->bytes();
  kept_.push_back({entry, bytes});
  bytes_ += bytes;
  make_room();
}

void Journal::end(const std::shared_ptr<JournalEntry>& entry) {
  // The deque is sorted by id. An entry that was forgotten or cleared is not in it any more.
  const auto found =
      std::lower_bound(kept_.begin(), kept_.end(), entry->id,
                       [](const Kept& kept, std::uint64_t id) { return kept.entry->id < id; });
  if (found != kept_.end() && found->entry == entry) {
    bytes_ -= found->bytes;
    found->bytes = entry->bytes();
    bytes_ += found->bytes;
    make_room();
  }
  for (const Subscription* subscription : subscriptions_) subscription->listener_(entry);
}

void Journal::make_room() {
  while (bytes_ > most_bytes_ && !kept_.empty()) {
    const Kept& oldest = kept_.front();
    if (forgotten_.size() < kMostPools) ++forgotten_[oldest.entry->pool.key()];
    bytes_ -= oldest.bytes;
    kept_.pop_front();
  }
}

std::vector<Journal::EntryPointer> Journal::entries(const Scope& scope) const {
  std::vector<EntryPointer> found;
  for (const Kept& kept : kept_) {
    if (is_in(*kept.entry, scope)) found.push_back(kept.entry);
  }
  return found;
}

std::uint64_t Journal::forgotten(const Scope& scope) const {
  std::uint64_t count = 0;
  for (const auto& [pool, forgotten] : forgotten_) {
    if (!scope || pool == scope->key()) count += forgotten;
  }
  return count;
}

void Journal::clear(const Scope& scope) {
  std::erase_if(kept_, [this, &scope](const Kept& kept) {
    if (!is_in(*kept.entry, scope)) return false;
    bytes_ -= kept.bytes;
    return true;
  });
  if (scope) {
    forgotten_.erase(scope->key());
  } else {
    forgotten_.clear();
  }
}

}  // namespace dynsessions::test_double
