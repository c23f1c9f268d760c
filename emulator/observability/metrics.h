#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/http/exchange.h"
#include "emulator/pools/session_events.h"

namespace dynsessions::observability {

/// Values of the gauges at the moment of a scrape.
struct Occupancy {
  std::size_t allocating = 0;  ///< sessions without a workspace yet
  std::size_t idle = 0;        ///< sessions that no call uses
  std::size_t busy = 0;        ///< sessions that a call uses
  std::size_t ready = 0;       ///< workspaces that wait for a session
};

/// Counts for Prometheus. The number of series is bounded: clients cannot choose the values of
/// labels, and an unknown api-version is counted as "other". Pools are no label, because clients
/// choose their names. Event-loop thread only.
class Metrics final : public http::ExchangeObserver {
 public:
  struct Subject {
    std::string version;  ///< version of the program
    /// Versions that have separate series; static storage.
    std::vector<std::string_view> api_versions;
  };

  explicit Metrics(const Subject& subject);
  ~Metrics() override;

  void exchange_ended(const http::Exchange& exchange) noexcept override;
  void event_loop_lagged(std::chrono::nanoseconds lag);

  /// Returns a listener that counts events of one pool's sessions. This object must outlive it.
  [[nodiscard]] std::unique_ptr<pools::SessionEvents> for_sessions();

  /// Returns all metrics in the text format of Prometheus, version 0.0.4.
  [[nodiscard]] std::string text(const Occupancy& now);

 private:
  class Series;
  class SessionCounts;

  const std::unique_ptr<Series> series_;
};

}  // namespace dynsessions::observability
