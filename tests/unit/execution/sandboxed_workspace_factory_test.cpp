#include <fcntl.h>

#include "emulator/execution/sandboxed_workspace.h"
#include "tests/support/catch.h"
#include "tests/unit/execution/launcher_fixture.h"

namespace dynsessions::execution {
namespace {

sandbox::SandboxProfile with_zygote() {
  sandbox::SandboxProfile profile;
  profile.zygote = {"zygote"};
  return profile;
}

TEST_CASE("where interpreters are forked, an empty sandbox is kept for the next workspace",
          "[execution][sandboxed]") {
  const bool forked = GENERATE(true, false);
  CAPTURE(forked);
  WorkspaceFixture fixture;
  SandboxedWorkspaceFactory factory(fixture.services,
                                    forked ? with_zygote() : sandbox::SandboxProfile{});
  auto first = fixture.loop.run(factory.create());
  REQUIRE(first);
  // The launcher answers in order: sandboxes requested in the background exist after this.
  REQUIRE(fixture.request(sandbox::RequestKind::create_sandbox, 1000));
  CHECK(fixture.launcher.new_sandbox_id() == (forked ? 3 : 2));

  auto second = fixture.loop.run(factory.create());
  REQUIRE(second);
  REQUIRE(fixture.request(sandbox::RequestKind::create_sandbox, 1001));
  // Without the spare sandbox there would have been two requests.
  CHECK(fixture.launcher.new_sandbox_id() == (forked ? 5 : 4));
  fixture.workspace = *std::move(second);
  CHECK(programs_so_far(fixture) == "1");
}

TEST_CASE("a factory defines its profile once, however many workspaces are made at once",
          "[execution][sandboxed]") {
  WorkspaceFixture fixture;
  SandboxedWorkspaceFactory factory(fixture.services, {});
  auto first = fixture.loop.start(factory.create());
  auto second = fixture.loop.start(factory.create());
  REQUIRE(fixture.loop.finish(first));
  REQUIRE(fixture.loop.finish(second));
  const auto next = fixture.loop.run(fixture.launcher.define_profile(with_zygote()));
  CHECK(next.value() == ProfileId{2});
}

TEST_CASE("a factory that stops gives its empty sandbox back", "[execution][sandboxed]") {
  WorkspaceFixture fixture({"die at destroy"});
  SandboxedWorkspaceFactory factory(fixture.services, with_zygote());
  auto workspace = fixture.loop.run(factory.create());
  REQUIRE(workspace);
  CHECK(fixture.launcher.alive());
  fixture.loop.run(factory.stop());
  CHECK_FALSE(fixture.launcher.alive());
}

TEST_CASE("the profile of a factory that stops is forgotten, and its workspaces continue",
          "[execution][sandboxed]") {
  WorkspaceFixture fixture;
  SandboxedWorkspaceFactory factory(fixture.services, with_zygote());
  auto workspace = fixture.loop.run(factory.create());
  REQUIRE(workspace);
  fixture.loop.run(factory.stop());
  const auto none = fixture.loop.run(fixture.launcher.create_sandbox(ProfileId{1}, 1000));
  CHECK_THAT(none.error().message, Catch::Contains("create: no such profile"));
  ExecutionRequest request{.code = "count"};
  CHECK(fixture.loop.run((*workspace)->execute(std::move(request))));
}

TEST_CASE("no sandbox is made for later while a session waits for its interpreter",
          "[execution][sandboxed]") {
  WorkspaceFixture fixture({"start mute interpreters"});
  SandboxedWorkspaceFactory factory(fixture.services, with_zygote());
  auto creating = fixture.loop.start(factory.create());
  fixture.loop.run_until([&] { return fixture.real_time.has_timers(); });
  CHECK(fixture.launcher.new_sandbox_id() == 2);
  fixture.pass_end_timeout();
  CHECK(fixture.loop.finish(creating).has_error());
  CHECK(fixture.launcher.new_sandbox_id() == 4);
  // After this reply the sandbox exists; the factory, which was destroyed, does not receive it.
  REQUIRE(fixture.request(sandbox::RequestKind::create_sandbox, 1000));
}

}  // namespace
}  // namespace dynsessions::execution
