#pragma once

#include "emulator/base/clock.h"
#include "emulator/execution/agent_process.h"
#include "tests/support/fake_agent.h"
#include "tests/support/test_loop.h"

namespace dynsessions::execution {

/// An AgentProcess with a fake agent at its other end.
struct AgentFixture {
  explicit AgentFixture(std::size_t output_limit = std::size_t{1} << 20)
      : process(loop.executor(), agent.take_server_ends(), output_limit) {}

  /// Says ready and begins a program, which the agent takes.
  void begin(std::uint64_t id, const std::string& code = "pass") {
    if (process.state() == AgentState::starting) agent.say_ready();
    loop.settle();
    process.begin(id, code);
    loop.settle();
    (void)agent.next_program();
  }

  test::TestLoop loop;
  ManualClock clock{Clock::TimePoint(std::chrono::seconds(1'700'000'000))};
  test::FakeAgent agent;
  AgentProcess process;
};

}  // namespace dynsessions::execution
