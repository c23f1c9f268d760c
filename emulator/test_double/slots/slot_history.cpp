#include "emulator/test_double/slots/slot_history.h"

#include <algorithm>
#include <functional>
#include <queue>
#include <utility>

#include "emulator/pools/session.h"

namespace dynsessions::test_double {
namespace {

/// The ends of sessions that hold a slot, the earliest on top.
using Ends = std::priority_queue<std::uint64_t, std::vector<std::uint64_t>, std::greater<>>;

void free_until(Ends& held, std::uint64_t event) {
  while (!held.empty() && held.top() < event) held.pop();
}

}  // namespace

class RecordedSlots final : public pools::SessionEvents {
 public:
  RecordedSlots(SlotHistory& history, std::string pool, const Clock& clock)
      : history_(history), pool_(std::move(pool)), clock_(clock) {}

  void session_allocated(const pools::Session& session) override {
    history_.begin(pool_, {session.created_at(), session.identifier().text(), session.guid()});
  }
  void allocation_failed(const Error&) override {}
  void allocation_refused(const SessionIdentifier& identifier) override {
    history_.begin(pool_, {clock_.now(), identifier.text(), {}});
  }
  void kernel_ended(const pools::Session&, execution::Kernel,
                    const execution::KernelEnd&) override {}
  void session_ended(const pools::Session& session, pools::EndReason) override {
    history_.end(session.guid());
  }

 private:
  SlotHistory& history_;
  const std::string pool_;
  const Clock& clock_;
};

std::unique_ptr<pools::SessionEvents> SlotHistory::for_sessions(const pools::PoolName& pool,
                                                                const Clock& clock) {
  return std::make_unique<RecordedSlots>(*this, pool.key(), clock);
}

void SlotHistory::begin(std::string pool, Entry entry) {
  ++events_;
  if (!entry.session.empty()) alive_.emplace(entry.session, events_);
  records_.push_back({std::move(pool), std::move(entry), events_});
  if (records_.size() <= kMost) return;
  records_.pop_front();
  ++forgotten_;
}

void SlotHistory::end(const std::string& session) {
  ++events_;
  const auto alive = alive_.extract(session);
  if (alive.empty()) return;
  const auto found = std::lower_bound(
      records_.begin(), records_.end(), alive.mapped(),
      [](const Record& record, std::uint64_t begin) { return record.begin < begin; });
  // Ignores records that have been forgotten.
  if (found != records_.end() && found->begin == alive.mapped()) found->end = events_;
}

SlotHistory::Estimate SlotHistory::estimate(const pools::PoolName& pool, std::size_t slots) const {
  constexpr std::uint64_t kNever = ~std::uint64_t{0};
  const std::string key = pool.key();
  Estimate estimate;
  estimate.is_complete = forgotten_ == 0;
  Ends all, held;
  for (const Record& record : records_) {
    if (record.pool != key) continue;
    if (record.entry.session.empty()) {
      estimate.refused.push_back(record.entry);
      continue;
    }
    const std::uint64_t end = record.end == 0 ? kNever : record.end;
    ++estimate.allocated;
    free_until(all, record.begin);
    all.push(end);
    estimate.peak = std::max(estimate.peak, all.size());
    free_until(held, record.begin);
    if (held.size() < slots) {
      held.push(end);
    } else {
      estimate.would_refuse.push_back(record.entry);
    }
  }
  return estimate;
}

void SlotHistory::clear(const Scope& scope) {
  std::erase_if(records_, [&scope](const Record& record) {
    const bool is_in = !scope || record.pool == scope->key();
    return is_in && (record.end != 0 || record.entry.session.empty());
  });
  if (!scope) forgotten_ = 0;
}

}  // namespace dynsessions::test_double
