#pragma once

#include <memory>
#include <optional>
#include <string>

#include "emulator/http/filter.h"
#include "emulator/pools/pool_catalog.h"
#include "emulator/test_double/faults/fault_book.h"
#include "emulator/test_double/faults/faulty_bodies.h"

namespace dynsessions::test_double {

/// Lets the rules of a FaultBook hit requests. The last filter in front of the operation, so that
/// requests which are refused for other reasons count for no rule. Event-loop thread only.
class FaultFilter final : public http::Filter {
 public:
  /// `book` and `pools` outlive the filter. `own_headers`: whether answers have
  /// `x-emulator-reason`.
  FaultFilter(FaultBook& book, pools::PoolCatalog& pools, BodyServices services, bool own_headers)
      : book_(book), pools_(pools), services_(services), own_headers_(own_headers) {}

  [[nodiscard]] boost::asio::awaitable<http::Answer> handle(http::Call& call,
                                                            http::Next next) override;

 private:
  /// A request that a rule has hit.
  struct Target {
    http::Call& call;
    http::Next next;
    FaultBook::Scope pool;                        ///< none for surfaces without pools
    std::optional<SessionIdentifier> identifier;  ///< empty if the request has no valid identifier
    FaultHit hit;
  };

  boost::asio::awaitable<http::Answer> handle_with_rules(http::Call& call, http::Next next);
  boost::asio::awaitable<http::Answer> hit(Target& target);
  [[nodiscard]] bool has_session(const Target& target) const;
  [[nodiscard]] std::shared_ptr<pools::Pool> pool_of(const Target& target) const;

  boost::asio::awaitable<http::Answer> apply(const effects::Status& effect, Target& target);
  boost::asio::awaitable<http::Answer> apply(const effects::Delay& effect, Target& target);
  boost::asio::awaitable<http::Answer> apply(const effects::Reset& effect, Target& target);
  boost::asio::awaitable<http::Answer> apply(const effects::Truncate& effect, Target& target);
  boost::asio::awaitable<http::Answer> apply(const effects::Slice& effect, Target& target);
  boost::asio::awaitable<http::Answer> apply(const effects::Hang& effect, Target& target);
  boost::asio::awaitable<http::Answer> apply(const effects::KillKernel& effect, Target& target);
  boost::asio::awaitable<http::Answer> apply(const effects::Evict& effect, Target& target);
  boost::asio::awaitable<http::Answer> apply(const effects::PoolFull& effect, Target& target);
  boost::asio::awaitable<http::Answer> apply(const effects::AllocationFailed& effect,
                                             Target& target);
  boost::asio::awaitable<http::Answer> apply(const effects::LoseFile& effect, Target& target);
  boost::asio::awaitable<http::Answer> apply(const effects::SlowAllocation& effect, Target& target);
  boost::asio::awaitable<http::Answer> apply(const effects::RejectToken& effect, Target& target);

  FaultBook& book_;
  pools::PoolCatalog& pools_;
  const BodyServices services_;
  const bool own_headers_;
};

}  // namespace dynsessions::test_double
