#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>

#include <boost/asio/any_io_executor.hpp>

#include "emulator/base/clock.h"
#include "emulator/base/event.h"
#include "emulator/execution/workspace.h"

namespace dynsessions::execution {

/// Keeps a number of workspaces made in advance, so that a new session need not wait for Python to
/// import: the service's *ready session instances*. A workspace is handed out once and never comes
/// back; one that has ended by itself in the meantime is thrown away; the next is made a moment
/// later, and not while callers wait for theirs, so that it is not in the way of the first answer.
/// A large number is a buffer for bursts. Lives on the event-loop thread.
class ReadyWorkspaces final : public WorkspaceFactory {
 public:
  /// `inner` makes them; `real_time` paces refills, and the retries after a failure.
  ReadyWorkspaces(boost::asio::any_io_executor executor, std::unique_ptr<WorkspaceFactory> inner,
                  Clock& real_time, std::size_t count);
  ~ReadyWorkspaces() override;

  /// Begins to fill up, in the background, one at a time. One is made even when none is to be kept,
  /// as the proof that it can be done.
  void start();
  /// Stops filling, ends those that wait, and stops `inner`.
  boost::asio::awaitable<void> stop() override;

  /// One that waits, or a new one.
  boost::asio::awaitable<Result<std::unique_ptr<Workspace>>> create() override;

  [[nodiscard]] Readiness readiness() const override {
    return {.proven = proven_, .in_reserve = waiting_.size(), .failure = last_failure_};
  }
  boost::asio::awaitable<void> first_attempt() override;

 private:
  boost::asio::awaitable<void> keep_filled();
  /// Until none was taken for a moment.
  boost::asio::awaitable<void> await_quiet();
  boost::asio::awaitable<void> rest(Clock::Duration time);
  [[nodiscard]] bool is_full() const { return waiting_.size() >= count_; }
  /// Whether there is nothing to make, not even a proof that it can be done.
  [[nodiscard]] bool is_content() const { return is_full() && proven_ && !last_failure_; }
  boost::asio::awaitable<Result<std::unique_ptr<Workspace>>> make_one();

  boost::asio::any_io_executor executor_;
  const std::unique_ptr<WorkspaceFactory> inner_;
  Clock& real_time_;
  const std::size_t count_;
  std::deque<std::unique_ptr<Workspace>> waiting_;
  std::optional<Error> last_failure_;
  std::optional<Clock::TimePoint> taken_at_;  ///< the last one
  std::size_t callers_ = 0;                   ///< for which one is being made
  bool proven_ = false;
  bool filling_ = false;
  bool stopping_ = false;
  Event wanted_;
  Event fill_ended_;
  Event attempt_ended_;
};

}  // namespace dynsessions::execution
