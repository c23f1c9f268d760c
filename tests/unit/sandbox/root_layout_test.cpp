#include "sandbox/kernel/mounts/root_layout.h"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <string>

#include <sched.h>

#include "tests/support/catch.h"

namespace dynsessions::sandbox {
namespace {

bool contains(const std::vector<LayoutEntry>& layout, const std::string& path) {
  return std::any_of(layout.begin(), layout.end(),
                     [&](const LayoutEntry& entry) { return entry.path == path; });
}

std::string content(const std::vector<LayoutEntry>& layout, const std::string& path) {
  for (const LayoutEntry& entry : layout) {
    if (entry.path == path) return entry.source;
  }
  return {};
}

}  // namespace

TEST_CASE("directories come before what is in them", "[layout]") {
  SandboxProfile profile;
  profile.binds = {{"/usr", "/opt/deep/down"}, {"/dev/null", "/opt/file"}};
  std::set<std::string> made{""};
  for (const LayoutEntry& entry : root_layout(profile)) {
    const std::size_t slash = entry.path.rfind('/');
    INFO(entry.path);
    CHECK(made.contains(slash == std::string::npos ? "" : entry.path.substr(0, slash)));
    if (entry.kind == LayoutEntry::Kind::directory) CHECK(made.insert(entry.path).second);
  }
}

TEST_CASE("files that describe the host are not in the layout", "[layout]") {
  const auto layout = root_layout(SandboxProfile{});
  for (const char* path :
       {"etc/shadow", "etc/ssl/private", "sys/class/net", "sys/class/dmi", "run", "root", "var/lib",
        "sys/devices/system/cpu/vulnerabilities", "dev/tty", "dev/ptmx", "dev/mem"}) {
    INFO(path);
    CHECK_FALSE(contains(layout, path));
  }
  CHECK(content(layout, "etc/hosts") == "127.0.0.1 localhost session\n::1 localhost\n");
}

TEST_CASE("the CPUs in the layout are those that this process may use", "[layout]") {
  cpu_set_t before;
  REQUIRE(::sched_getaffinity(0, sizeof(before), &before) == 0);
  cpu_set_t one;
  CPU_ZERO(&one);
  unsigned cpu = 0;
  while (!CPU_ISSET(cpu, &before)) ++cpu;
  CPU_SET(cpu, &one);
  REQUIRE(::sched_setaffinity(0, sizeof(one), &one) == 0);
  const auto layout = root_layout(SandboxProfile{});
  REQUIRE(::sched_setaffinity(0, sizeof(before), &before) == 0);

  const std::string cpus = "sys/devices/system/cpu/";
  const std::string number = std::to_string(cpu);
  CHECK(content(layout, cpus + "online") == number + "\n");
  CHECK_FALSE(content(layout, cpus + "cpu" + number + "/topology/thread_siblings").empty());
  CHECK_FALSE(contains(layout, cpus + "cpu" + std::to_string(cpu + 1)));
}

TEST_CASE("the user's home is that of the environment", "[layout]") {
  SandboxProfile profile;
  profile.environment = {"HOMES=/no", "HOME=/tmp/me"};
  CHECK(environment_value(profile, "HOME", "/") == "/tmp/me");
  CHECK(environment_value(profile, "TZ", "UTC") == "UTC");
  CHECK(content(root_layout(profile), "etc/passwd").find(":/tmp/me:/bin/sh") != std::string::npos);
}

TEST_CASE("a bind that cannot be honoured is refused", "[layout]") {
  const auto bind = GENERATE(ReadOnlyBind{"/nowhere", "/opt/x"}, ReadOnlyBind{"/usr", "opt/x"},
                             ReadOnlyBind{"/usr", "/"}, ReadOnlyBind{"/usr", "/opt/"},
                             ReadOnlyBind{"/usr", "/opt/../etc"}, ReadOnlyBind{"/usr", "/tmp/x"},
                             ReadOnlyBind{"/usr", "/proc"}, ReadOnlyBind{"/usr", "/mnt/data/x"},
                             ReadOnlyBind{"/usr", "/dev/x"}, ReadOnlyBind{"/usr", ""});
  SandboxProfile profile;
  profile.binds = {bind};
  INFO(bind.source << " at " << bind.target);
  CHECK_THROWS_AS(root_layout(profile), std::runtime_error);
}

TEST_CASE("a bind next to a file system of the sandbox is accepted", "[layout]") {
  const std::string target = GENERATE("/tmpfiles", "/mnt/database", "/opt");
  SandboxProfile profile;
  profile.binds = {{"/usr", target}};
  CHECK(contains(root_layout(profile), target.substr(1)));
}

}  // namespace dynsessions::sandbox
