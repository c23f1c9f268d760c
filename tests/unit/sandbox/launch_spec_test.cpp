#include <stdexcept>

#include "sandbox/protocol/launcher_spec.h"
#include "sandbox/protocol/sandbox_profile.h"
#include "tests/support/catch.h"

namespace dynsessions::sandbox {

TEST_CASE("a launcher spec survives the way through JSON", "[spec]") {
  LauncherSpec spec;
  spec.tier = Tier::restricted;
  spec.cgroups = false;
  spec.zygote_idle_seconds = 7;
  CHECK(launcher_spec_from_json(to_json(spec)) == spec);
  CHECK(launcher_spec_from_json(to_json(LauncherSpec{})) == LauncherSpec{});
}

TEST_CASE("a sandbox profile survives the way through JSON", "[spec]") {
  SandboxProfile profile;
  profile.path_library = "/opt/paths.so";
  profile.binds = {{"/srv/venv", "/opt/venv"}};
  profile.interpreter = {"/usr/bin/python3", "-c", "print(\"\xc3\xa9\")\n"};
  profile.zygote = {"/usr/bin/python3", "zygote.py"};
  profile.packages = {"/srv/venv/lib"};
  profile.environment = {"HOME=/tmp"};
  profile.egress_program = "/usr/bin/slirp4netns";
  profile.limits.data_bytes = 0xffff'ffff'ffff'ffff;
  profile.limits.processes = 7;
  CHECK(sandbox_profile_from_json(to_json(profile)) == profile);
}

TEST_CASE("profiles that differ in one member are not equal", "[spec]") {
  SandboxProfile profile;
  SandboxProfile other;
  CHECK(profile == other);
  SECTION("limit") { other.limits.memory_bytes += 1; }
  SECTION("environment") { other.environment = {"A=b"}; }
  SECTION("egress") { other.egress_program = "/usr/bin/slirp4netns"; }
  SECTION("zygote") { other.zygote = {"zygote"}; }
  SECTION("bind") { other.binds = {{"/a", "/b"}}; }
  CHECK_FALSE(profile == other);
}

TEST_CASE("text that is no launcher spec and no profile is refused", "[spec]") {
  const auto text = GENERATE("", "{}", "[]", "{\"binds\":1}", "{\"tier\":1}", "\xff");
  CHECK_THROWS_AS(launcher_spec_from_json(text), std::runtime_error);
  CHECK_THROWS_AS(sandbox_profile_from_json(text), std::runtime_error);
}

TEST_CASE("an unknown tier is refused", "[spec]") {
  std::string text = to_json(LauncherSpec{});
  text.replace(text.find("\"full\""), 6, "\"weak\"");
  CHECK_THROWS_AS(launcher_spec_from_json(text), std::runtime_error);
}

TEST_CASE("a profile that lacks one limit is refused", "[spec]") {
  std::string text = to_json(SandboxProfile{});
  text.replace(text.find("\"processes\""), 11, "\"processors\"");
  CHECK_THROWS_AS(sandbox_profile_from_json(text), std::runtime_error);
}

}  // namespace dynsessions::sandbox
