#pragma once

#include "emulator/base/clock.h"
#include "emulator/execution/agent_process.h"
#include "tests/support/fake_agent.h"
#include "tests/support/manual_clock.h"
#include "tests/support/test_loop.h"

namespace dynsessions::execution {

/// An AgentProcess with a fake agent at its other end.
struct AgentFixture {
  explicit AgentFixture(std::size_t limit_of_output = std::size_t{1} << 20,
                        const SpoolLimits& limits = {})
      : spool(file_pool, limits),
        output_limit(limit_of_output),
        process({loop.executor(), file_pool, spool.new_kernel(), clock}, agent.take_server_ends()) {
  }

  /// Sends `ready` from the agent, and starts a program, which the agent receives.
  void begin(std::uint64_t id, const std::string& code = "pass") {
    if (process.state() == AgentState::starting) agent.say_ready();
    loop.settle();
    process.begin({id, code, output_limit});
    loop.settle();
    (void)agent.next_program();
  }
  AgentProcess::Output end() { return loop.run(process.end()); }

  /// Declared before `loop`, whose coroutine frames use the clock.
  ManualClock clock{Clock::TimePoint(std::chrono::seconds(1'700'000'000))};
  test::TestLoop loop;
  boost::asio::thread_pool file_pool{1};
  const Spool spool;
  const std::size_t output_limit;
  test::FakeAgent agent;
  AgentProcess process;
};

}  // namespace dynsessions::execution
