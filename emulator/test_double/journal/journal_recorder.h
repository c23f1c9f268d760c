#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "emulator/http/filter.h"
#include "emulator/pools/pool_catalog.h"
#include "emulator/test_double/journal/journal.h"

namespace dynsessions::test_double {

/// Writes every request of the emulated surfaces into the journal: as their outermost filter when
/// the answer is there, before the client can see it, and as an observer when the exchange has
/// ended. Event-loop thread only; outlives the surfaces and their ports.
class JournalRecorder final : public http::Filter, public http::ExchangeObserver {
 public:
  enum class Bodies {
    kept,      ///< the first 64 KiB of texts; of identity surfaces none, which are all secrets
    left_out,  ///< sizes only
  };

  /// `journal` and `pools` outlive the recorder. The clocks of the pools give the times of entries.
  JournalRecorder(Journal& journal, const pools::PoolCatalog& pools, Bodies bodies)
      : journal_(journal), pools_(pools), keeps_bodies_(bodies == Bodies::kept) {}

  [[nodiscard]] boost::asio::awaitable<http::Answer> handle(http::Call& call,
                                                            http::Next next) override;
  void exchange_ended(const http::Exchange& exchange) noexcept override;

 private:
  using EntryPointer = std::shared_ptr<JournalEntry>;

  void fill(JournalEntry& entry, const http::Exchange& exchange) const;

  Journal& journal_;
  const pools::PoolCatalog& pools_;
  const bool keeps_bodies_;
  std::unordered_map<const http::Exchange*, EntryPointer> open_;  ///< answers that are being sent
};

}  // namespace dynsessions::test_double
