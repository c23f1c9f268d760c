#pragma once

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "emulator/base/clock.h"
#include "emulator/base/event.h"
#include "emulator/execution/scripted_workspace.h"
#include "emulator/pools/session_pool.h"
#include "tests/support/manual_clock.h"
#include "tests/support/test_loop.h"

namespace dynsessions::pools {

/// Records the events of sessions.
class RecordedEvents final : public SessionEvents {
 public:
  void session_allocated(const Session&) override { record.emplace_back("allocated"); }
  void allocation_failed(const Error& error) override {
    record.push_back("failed: " + error.message);
  }
  void kernel_ended(const Session&, execution::Kernel kernel,
                    const execution::KernelEnd& end) override;
  void session_ended(const Session& session, EndReason reason) override;

  std::vector<std::string> record;
};

/// Makes scripted workspaces when the test allows it, and knows which of them exist. When a
/// workspace is stopped, it ends its running program, as a real one does.
class FakeWorkspaces final : public execution::WorkspaceFactory {
 public:
  explicit FakeWorkspaces(boost::asio::any_io_executor executor);

  boost::asio::awaitable<Result<std::unique_ptr<execution::Workspace>>> create() override;
  boost::asio::awaitable<void> stop() override;

  /// Makes create() wait from now on; release() lets waiting calls continue.
  void hold() { holding_ = true; }
  void release();
  /// The same for stop() of all workspaces.
  void hold_endings() { holding_endings_ = true; }
  void release_endings();
  /// The next create() that continues fails with this message.
  void fail_next(std::string message) { next_failure_ = std::move(message); }

  /// Lets waiting programs, whose code begins with "wait", continue in all kernels or in one.
  void let_programs_end();
  void let_programs_end(execution::Kernel kernel);

  std::vector<std::string> programs;      ///< code of those that were begun, in order
  std::vector<execution::Kernel> killed;  ///< kernels that were killed, in order
  bool reserve_stopped = false;           ///< stop() was called
  int attempts = 0;                       ///< calls of create()
  int living = 0;                         ///< workspaces that are not destroyed
  int stopped = 0;                        ///< those whose stop() has begun

 private:
  class Workspace;
  boost::asio::awaitable<Result<execution::ExecutionResult>> run(execution::ExecutionRequest);

  Event held_;
  Event held_endings_;
  std::array<Event, execution::kKernelCount> programs_waiting_;
  bool holding_ = false;
  bool holding_endings_ = false;
  std::optional<std::string> next_failure_;
};

/// A pool with everything that it needs, and calls on it as handlers make them.
class PoolFixture {
 public:
  using ExecuteResult = Result<execution::ExecutionResult>;

  explicit PoolFixture(PoolDefinition definition = {});
  ~PoolFixture();

  /// Uses a session as one request does: acquires it, runs the code and releases it.
  test::Task<ExecuteResult> start(const std::string& identifier, const std::string& code,
                                  execution::Kernel kernel = execution::Kernel::synchronous);
  ExecuteResult execute(const std::string& identifier, const std::string& code);
  /// Holds a session as a request does that reads or writes a file.
  Result<SessionLease> acquire(const std::string& identifier);
  void advance(Clock::Duration by);

  test::TestLoop loop;
  ManualClock clock{Clock::TimePoint(std::chrono::seconds(1'700'000'000))};
  std::shared_ptr<FakeWorkspaces> workspaces_owner =
      std::make_shared<FakeWorkspaces>(loop.executor());
  FakeWorkspaces& workspaces = *workspaces_owner;
  RecordedEvents events;
  IdSource ids;
  SessionPool pool;
};

[[nodiscard]] SessionIdentifier identifier(const std::string& text);

}  // namespace dynsessions::pools
