#pragma once

#include <string>
#include <vector>

#include "emulator/base/clock.h"
#include "emulator/execution/launcher_client.h"
#include "emulator/execution/sandboxed_workspace.h"
#include "tests/support/manual_clock.h"
#include "tests/support/test_loop.h"

namespace dynsessions::execution {

/// A LauncherClient with the fake launcher at its other end. `orders` lists the launcher's
/// mistakes; WHAT is define, forget, create, start, interrupt, kill, destroy or ping:
///
///   refuse the spec           fail at WHAT                   start dead interpreters
///   chatter                   die at WHAT                    start mute interpreters
///   start only one            send nonsense at WHAT          do not read until opened: FIFO
///   lack groups               ignore WHAT                    outlive its socket
///   ignore WHAT once          have CPU groups
struct LauncherFixture {
  using Descriptors = Result<std::vector<UniqueFd>>;

  explicit LauncherFixture(const std::vector<std::string>& orders = {});
  ~LauncherFixture();

  Descriptors request(sandbox::RequestKind kind, std::uint64_t sandbox_id = 1) {
    return loop.run(launcher.request(kind, sandbox_id));
  }

  /// Lets the launcher's deadlines pass one second after another, as in real time: messages that it
  /// sends in between are received.
  void pass_seconds(int count);

  test::TestLoop loop;
  ManualClock launcher_time{Clock::TimePoint()};  ///< clock of its deadlines
  LauncherClient launcher{loop.executor(), launcher_time};
};

/// A sandboxed workspace on top of it, with a test clock.
struct WorkspaceFixture : LauncherFixture {
  explicit WorkspaceFixture(const std::vector<std::string>& orders = {})
      : LauncherFixture(orders) {}

  test::Task<Result<ExecutionResult>> start(const std::string& code,
                                            Kernel kernel = Kernel::synchronous);
  Result<ExecutionResult> execute(const std::string& code, Kernel kernel = Kernel::synchronous) {
    return loop.finish(start(code, kernel));
  }
  /// Lets the deadline of the running program pass.
  void pass_timeout();
  /// Waits until the timeout for an ending process has begun, and lets it pass.
  void pass_end_timeout();

  static constexpr std::chrono::seconds kTimeout{30};
  ManualClock clock{Clock::TimePoint(std::chrono::seconds(1'700'000'000))};
  ManualClock real_time{Clock::TimePoint()};
  boost::asio::thread_pool file_pool{1};
  Spool spool{file_pool};
  static constexpr std::chrono::milliseconds kLongestTurn{10};
  ManualClock turn_time{Clock::TimePoint()};
  TimedSemaphore first_programs{loop.executor(), turn_time, 2, kLongestTurn};
  SandboxServices services{loop.executor(), launcher, clock, real_time, spool, first_programs, {}};
  std::unique_ptr<Workspace> workspace;
  /// Makes `workspace`, or returns the reason for the failure.
  Result<void> create();
};

/// Returns the number of programs that the present interpreter of a kernel has run, this one
/// included.
std::string programs_so_far(WorkspaceFixture& fixture, Kernel kernel = Kernel::synchronous);

}  // namespace dynsessions::execution
