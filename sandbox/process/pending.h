#pragma once

#include <chrono>
#include <optional>
#include <utility>

#include <sys/types.h>

namespace dynsessions::sandbox {

/// Work that takes several processes, such as building a sandbox. The launcher's loop continues it
/// whenever its descriptor is readable or its deadline has passed, so that no process blocks the
/// loop. Destroying unfinished work kills its processes, which the loop reaps.
template <typename Result>
class Pending {
 public:
  using Time = std::chrono::steady_clock::time_point;

  Pending() = default;
  Pending(const Pending&) = delete;
  Pending& operator=(const Pending&) = delete;
  virtual ~Pending() = default;

  /// Continues without waiting. Returns the result when the work is done, and throws StepError if
  /// it has failed; it must not be called after either.
  [[nodiscard]] virtual std::optional<Result> advance(Time now) = 0;
  /// Descriptor to poll for input; -1 if advance() never waits.
  [[nodiscard]] virtual int descriptor() const = 0;
  /// The latest time for the next call of advance().
  [[nodiscard]] virtual Time deadline() const = 0;
  /// The loop has reaped a child. Returns whether it belonged to this work.
  virtual bool reaped(pid_t pid, int wait_status) = 0;
};

/// Work that is already done.
template <typename Result>
class Done final : public Pending<Result> {
 public:
  explicit Done(Result result) : result_(std::move(result)) {}
  [[nodiscard]] std::optional<Result> advance(typename Pending<Result>::Time /*now*/) override {
    return std::move(result_);
  }
  [[nodiscard]] int descriptor() const override { return -1; }
  [[nodiscard]] typename Pending<Result>::Time deadline() const override { return {}; }
  bool reaped(pid_t /*pid*/, int /*wait_status*/) override { return false; }

 private:
  Result result_;
};

}  // namespace dynsessions::sandbox
