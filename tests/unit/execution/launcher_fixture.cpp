#include "tests/unit/execution/launcher_fixture.h"

#include <utility>

namespace dynsessions::execution {

LauncherFixture::LauncherFixture(std::vector<std::string> orders) {
  sandbox::LaunchSpec spec;
  spec.environment = std::move(orders);
  launcher.start(FAKE_LAUNCHER, spec);
}

LauncherFixture::~LauncherFixture() { loop.run(launcher.stop()); }

test::Task<Result<ExecutionResult>> InterpreterFixture::start(const std::string& code) {
  ExecutionRequest request{.code = code, .timeout = kTimeout};
  return loop.start(interpreter->execute(std::move(request)));
}

void InterpreterFixture::pass_timeout() {
  loop.run_until([this] { return clock.has_timers(); });
  clock.advance(kTimeout);
}

void InterpreterFixture::pass_patience() {
  loop.run_until([this] { return real_time.has_timers(); });
  real_time.advance(std::chrono::minutes(1));
}

Result<void> InterpreterFixture::create() {
  auto made = loop.run(SandboxedInterpreter::create(services));
  if (!made) return made.error();
  interpreter = std::move(*made);
  return {};
}

}  // namespace dynsessions::execution
