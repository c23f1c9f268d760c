#pragma once

#include <chrono>
#include <functional>
#include <optional>

#include "emulator/base/clock.h"

namespace dynsessions::observability {

/// Measures four times a second how late the event loop runs a timer, which is how long all other
/// work has to wait. Event-loop thread only.
class LoopLag {
 public:
  using Report = std::function<void(std::chrono::nanoseconds lag)>;
  static constexpr std::chrono::milliseconds kInterval{250};

  /// `real_time` outlives this.
  LoopLag(Clock& real_time, Report report);
  LoopLag(const LoopLag&) = delete;
  LoopLag& operator=(const LoopLag&) = delete;
  ~LoopLag() { stop(); }

  void start();
  /// Stops measuring, so that this object does not keep the event loop running.
  void stop();

 private:
  Clock& real_time_;
  const Report report_;
  std::optional<Clock::TimerId> timer_;
};

}  // namespace dynsessions::observability
