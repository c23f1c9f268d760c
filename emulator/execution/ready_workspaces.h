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

/// Keeps a number of workspaces ready, so that a new session need not wait for Python to import its
/// packages: as the service does with its *ready session instances*. A workspace is handed out once
/// and never returned. A workspace that has ended in the meantime is thrown away. The next one is
/// made a moment later, and only when no caller waits, so that it does not delay the first answer.
/// A large number is a buffer for bursts. Lives on the event-loop thread.
class ReadyWorkspaces final : public WorkspaceFactory {
 public:
  /// Whether a workspace has to be made to find out that workspaces can be made.
  enum class Proof { needed, not_needed };

  /// `inner` makes the workspaces; `real_time` paces refills and the retries after a failure.
  ReadyWorkspaces(boost::asio::any_io_executor executor, std::unique_ptr<WorkspaceFactory> inner,
                  Clock& real_time, std::size_t count, Proof proof = Proof::needed);
  ~ReadyWorkspaces() override;

  /// Starts to fill up in the background, one workspace at a time. If a proof is needed, makes one
  /// even if none is kept.
  void start();
  /// Stops filling, ends the ready workspaces, and stops `inner`.
  boost::asio::awaitable<void> stop() override;

  /// Returns a ready workspace, or a new one.
  boost::asio::awaitable<Result<std::unique_ptr<Workspace>>> create() override;

  [[nodiscard]] Readiness readiness() const override {
    return {.proven = proven_, .in_reserve = waiting_.size(), .failure = last_failure_};
  }
  boost::asio::awaitable<void> first_attempt() override;

 private:
  boost::asio::awaitable<void> keep_filled();
  /// Waits until no workspace has been taken for a moment.
  boost::asio::awaitable<void> await_quiet();
  boost::asio::awaitable<void> rest(Clock::Duration time);
  [[nodiscard]] bool is_full() const { return waiting_.size() >= count_; }
  /// Whether no workspace has to be made, not even as proof that it is possible.
  [[nodiscard]] bool needs_no_more() const { return is_full() && proven_ && !last_failure_; }
  boost::asio::awaitable<Result<std::unique_ptr<Workspace>>> make_one();

  boost::asio::any_io_executor executor_;
  const std::unique_ptr<WorkspaceFactory> inner_;
  Clock& real_time_;
  const std::size_t count_;
  std::deque<std::unique_ptr<Workspace>> waiting_;
  std::optional<Error> last_failure_;
  std::optional<Clock::TimePoint> taken_at_;  ///< time of the last one
  std::size_t callers_ = 0;                   ///< that wait for a workspace
  bool proven_;
  bool filling_ = false;
  bool stopping_ = false;
  Event wanted_;
  Event fill_ended_;
  Event attempt_ended_;
};

}  // namespace dynsessions::execution
