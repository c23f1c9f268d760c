#include "tests/unit/execution/launcher_fixture.h"

#include <utility>

#include <stdlib.h>

#include "tests/support/catch.h"

namespace dynsessions::execution {

LauncherFixture::LauncherFixture(const std::vector<std::string>& orders) {
  std::string lines;
  for (const std::string& order : orders) lines += order + '\n';
  // NOLINTNEXTLINE(concurrency-mt-unsafe): tests have one thread
  ::setenv("FAKE_LAUNCHER_ORDERS", lines.c_str(), 1);
  launcher.start(FAKE_LAUNCHER, {});
}

LauncherFixture::~LauncherFixture() { loop.run(launcher.stop()); }

void LauncherFixture::pass_seconds(int count) {
  for (int i = 0; i < count; ++i) {
    launcher_time.advance(std::chrono::seconds(1));
    loop.settle();
  }
}

test::Task<Result<ExecutionResult>> WorkspaceFixture::start(const std::string& code,
                                                            Kernel kernel) {
  ExecutionRequest request{.code = code, .kernel = kernel, .timeout = kTimeout};
  return loop.start(workspace->execute(std::move(request)));
}

void WorkspaceFixture::pass_timeout() {
  loop.run_until([this] { return clock.has_timers(); });
  clock.advance(kTimeout);
}

void WorkspaceFixture::pass_end_timeout() {
  loop.run_until([this] { return real_time.has_timers(); });
  real_time.advance(std::chrono::minutes(1));
}

Result<void> WorkspaceFixture::create() {
  auto made = loop.run(SandboxedWorkspace::create(services));
  if (!made) return made.error();
  workspace = std::move(*made);
  return {};
}

std::string programs_so_far(WorkspaceFixture& fixture, Kernel kernel) {
  const auto result = fixture.execute("count", kernel);
  REQUIRE(result);
  return std::get<TextValue>(result->value).text.in_memory();
}

}  // namespace dynsessions::execution
