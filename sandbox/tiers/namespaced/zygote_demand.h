#pragma once

#include <chrono>
#include <optional>

namespace dynsessions::sandbox {

/// Decides whether a profile needs its zygote: from the first use until the profile has been unused
/// for a period. Knows no process and no clock; the caller passes the time.
class ZygoteDemand {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit ZygoteDemand(std::chrono::seconds idle_period) : idle_period_(idle_period) {}

  /// `in_use`: the profile has a sandbox, or an interpreter waits to be forked.
  void note(bool in_use, Time now) {
    if (in_use) {
      is_wanted_ = true;
      idle_until_.reset();
    } else if (is_wanted_) {
      if (!idle_until_) idle_until_ = now + idle_period_;
      if (now >= *idle_until_) *this = ZygoteDemand(idle_period_);
    }
  }

  [[nodiscard]] bool is_wanted() const { return is_wanted_; }
  /// The time of the next call of note(), to see that the period is over; nullopt if it has not
  /// begun.
  [[nodiscard]] std::optional<Time> deadline() const { return idle_until_; }

 private:
  std::chrono::seconds idle_period_;
  bool is_wanted_ = false;
  std::optional<Time> idle_until_;
};

}  // namespace dynsessions::sandbox
