#include "sandbox/spec/launch_spec.h"

#include <stdexcept>

#include "tests/support/catch.h"

namespace dynsessions::sandbox {

TEST_CASE("a launch spec survives the way through JSON", "[spec]") {
  LaunchSpec spec;
  spec.tier = Tier::restricted;
  spec.path_library = "/opt/paths.so";
  spec.binds = {{"/srv/venv", "/opt/venv"}};
  spec.interpreter = {"/usr/bin/python3", "-c", "print(\"\xc3\xa9\")\n"};
  spec.environment = {"HOME=/tmp"};
  spec.limits.data_bytes = 0xffff'ffff'ffff'ffff;
  spec.limits.processes = 7;
  spec.limits.cpu_hundredths = 50;
  spec.control_groups = false;
  spec.session_uid = 4'294'967'294;
  const LaunchSpec read = launch_spec_from_json(to_json(spec));
  CHECK(read.tier == Tier::restricted);
  CHECK(read.path_library == "/opt/paths.so");
  CHECK(read.binds.at(0).source == "/srv/venv");
  CHECK(read.binds.at(0).target == "/opt/venv");
  CHECK(read.interpreter == spec.interpreter);
  CHECK(read.environment == spec.environment);
  CHECK(read.limits.data_bytes == spec.limits.data_bytes);
  CHECK(read.limits.processes == 7);
  CHECK(read.limits.memory_bytes == spec.limits.memory_bytes);
  CHECK(read.limits.cpu_hundredths == 50);
  CHECK_FALSE(read.control_groups);
  CHECK(read.session_uid == spec.session_uid);
  CHECK(read.session_gid == spec.session_gid);
}

TEST_CASE("text that is no launch spec is refused", "[spec]") {
  const auto text = GENERATE("", "{}", "[]", "{\"binds\":1}", "\xff");
  CHECK_THROWS_AS(launch_spec_from_json(text), std::runtime_error);
}

TEST_CASE("a tier that nobody knows is refused", "[spec]") {
  std::string text = to_json(LaunchSpec{});
  text.replace(text.find("\"full\""), 6, "\"weak\"");
  CHECK_THROWS_AS(launch_spec_from_json(text), std::runtime_error);
}

TEST_CASE("a launch spec that lacks one limit is refused", "[spec]") {
  std::string text = to_json(LaunchSpec{});
  text.replace(text.find("\"processes\""), 11, "\"processors\"");
  CHECK_THROWS_AS(launch_spec_from_json(text), std::runtime_error);
}

}  // namespace dynsessions::sandbox
