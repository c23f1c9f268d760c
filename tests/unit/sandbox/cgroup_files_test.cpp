#include "sandbox/kernel/cgroups/cgroup_files.h"

#include <filesystem>
#include <fstream>

#include <unistd.h>

#include "tests/support/catch.h"

/// These tests use a directory that looks like a cgroup of version 2, since few build machines have
/// one whose controllers are free. tests/sandbox tests the kernel's behaviour.
namespace dynsessions::sandbox {
namespace {
namespace fs = std::filesystem;

class FakeGroup {
 public:
  FakeGroup() {
    std::string pattern = (fs::temp_directory_path() / "groups-XXXXXX").string();
    directory = ::mkdtemp(pattern.data());
  }
  FakeGroup(const FakeGroup&) = delete;
  FakeGroup& operator=(const FakeGroup&) = delete;
  ~FakeGroup() { fs::remove_all(directory); }

  void has(const std::string& file, const std::string& text) const {
    std::ofstream(directory / file) << text;
  }
  [[nodiscard]] std::string content(const std::string& file) const {
    return read_text((directory / file).string());
  }
  [[nodiscard]] CgroupPlace place() const {
    return {true, {}, directory.string(), "/user.slice/me"};
  }

  fs::path directory;
};

std::string value_of(const std::vector<GroupSetting>& settings, const std::string& file) {
  for (const GroupSetting& setting : settings) {
    if (setting.file == file) return setting.value;
  }
  return "not set";
}

}  // namespace

TEST_CASE("a sandbox's group limits memory with its files, processes and CPU time", "[limits]") {
  Limits limits;
  limits.memory_bytes = 1'000'000;
  limits.data_bytes = 200'000;
  limits.tmp_bytes = 30'000;
  limits.shared_memory_bytes = 4'000;
  limits.processes = 100;
  limits.cpu_hundredths = 50;
  const auto second = group_settings(limits, true);
  CHECK(value_of(second, "memory.max") == "1234000");
  CHECK(value_of(second, "memory.swap.max") == "0");
  CHECK(value_of(second, "memory.oom.group") == "1");
  CHECK(value_of(second, "pids.max") == "116");
  CHECK(value_of(second, "cpu.max") == "50000 100000");
  const auto first = group_settings(limits, false);
  CHECK(value_of(first, "memory.limit_in_bytes") == "1234000");
  CHECK(value_of(first, "memory.memsw.limit_in_bytes") == "1234000");
  CHECK(value_of(first, "pids.max") == "116");
  CHECK(value_of(first, "cpu.cfs_period_us") == "100000");
  CHECK(value_of(first, "cpu.cfs_quota_us") == "50000");
}

TEST_CASE("a counter is the number behind its name", "[limits]") {
  CHECK(counter_in("low 0\nhigh 7\nmax 3\noom 2\noom_kill 5\noom_group_kill 1\n", "oom_kill") == 5);
  CHECK(counter_in("oom_kill_disable 0\nunder_oom 0\noom_kill 2\n", "oom_kill") == 2);
  CHECK(counter_in("oom_kill_disable 1\n", "oom_kill") == 0);
  CHECK(counter_in("", "oom_kill") == 0);
}

TEST_CASE("an unreadable file is empty, wherever reading fails", "[limits]") {
  const FakeGroup group;
  group.has("long", std::string(10'000, 'x'));
  CHECK(group.content("long") == std::string(10'000, 'x'));
  CHECK(group.content("absent").empty());
  CHECK(group.content(".").empty());  // fails if it cannot be opened
}

TEST_CASE("a controller that groups below have already is left alone", "[limits]") {
  const FakeGroup group;
  group.has("cgroup.subtree_control", "cpu memory pids\n");
  CHECK(enable_below(group.place(), Controller::memory) == 0);
  CHECK(group.content("cgroup.subtree_control") == "cpu memory pids\n");
}

TEST_CASE("a controller that groups below lack is asked for by its name", "[limits]") {
  const FakeGroup group;
  group.has("cgroup.subtree_control", "");
  CHECK(enable_below(group.place(), Controller::pids) == 0);
  CHECK(group.content("cgroup.subtree_control") == "+pids");
  CHECK(enable_below({true, {}, "/nowhere", "/"}, Controller::pids) == ENOENT);
}

TEST_CASE("only our own processes are moved out of the way, except in a container's root",
          "[limits]") {
  const FakeGroup group;
  const std::string ours = std::to_string(::getpid()) + '\n' + std::to_string(::getppid()) + '\n';
  const fs::path leaf = group.directory / "dynsessions-server";
  fs::create_directory(leaf);
  group.has("dynsessions-server/cgroup.procs", "");
  group.has("cgroup.procs", ours + "1\n");
  CHECK(move_processes_to_leaf(group.place()) == EBUSY);
  CHECK(group.content("dynsessions-server/cgroup.procs").empty());
  group.has("cgroup.procs", ours);
  CHECK(move_processes_to_leaf(group.place()) == 0);
  CHECK_FALSE(group.content("dynsessions-server/cgroup.procs").empty());
  group.has("cgroup.procs", "1\n");
  CHECK(move_processes_to_leaf({true, {}, group.directory.string(), "/"}) == 0);
  CHECK(group.content("dynsessions-server/cgroup.procs").starts_with("1"));
}

TEST_CASE("processes make way where they would be in it, and not at the root of all", "[limits]") {
  const FakeGroup group;
  group.has("cgroup.procs", "1\n");
  CHECK(make_way_for_groups(group.place()) == 0);
  group.has("cgroup.type", "domain\n");
  CHECK(make_way_for_groups(group.place()) == EBUSY);
  CHECK_FALSE(fs::exists(group.directory / "dynsessions-server"));
  group.has("cgroup.procs", "");
  CHECK(make_way_for_groups(group.place()) == 0);
}

TEST_CASE("a launcher that was moved makes its groups in the group above", "[limits]") {
  const CgroupPlace moved{true, {}, "/cg/a/dynsessions-server", "/a/dynsessions-server"};
  CHECK(without_leaf(moved).directory == "/cg/a");
  CHECK(without_leaf(moved).path == "/a");
  CHECK(without_leaf({true, {}, "/cg/dynsessions-server", "/dynsessions-server"}).path == "/");
  CHECK(without_leaf({true, {}, "/cg/a", "/a"}).directory == "/cg/a");
}

TEST_CASE("directories of a running launcher stay, others are removed with their groups",
          "[limits]") {
  const FakeGroup group;
  const std::string parent = group.directory.string();
  fs::create_directory(group.directory / "somebody-elses");
  std::string living;
  UniqueFd lock;
  REQUIRE(make_locked_directory(parent, living, lock) == 0);
  std::string dead;
  {
    UniqueFd forgotten;
    REQUIRE(make_locked_directory(parent, dead, forgotten) == 0);
  }
  fs::create_directory(group.directory / dead / "17");
  sweep_directories(parent);
  CHECK(fs::exists(group.directory / living));
  CHECK_FALSE(fs::exists(group.directory / dead));
  CHECK(fs::exists(group.directory / "somebody-elses"));
}

TEST_CASE("a directory that still has processes is not removed", "[limits]") {
  const FakeGroup group;
  fs::create_directories(group.directory / "directory" / "1");
  group.has("directory/1/busy", "");  // rmdir fails, as for a group with processes
  CHECK_FALSE(remove_directory((group.directory / "directory").string()));
  fs::remove(group.directory / "directory" / "1" / "busy");
  CHECK(remove_directory((group.directory / "directory").string()));
  // A missing directory is no error.
  CHECK(remove_directory((group.directory / "directory").string()));
}

TEST_CASE("a directory cannot be made where there is none", "[limits]") {
  std::string name;
  UniqueFd lock;
  CHECK(make_locked_directory("/nowhere", name, lock) == ENOENT);
}

}  // namespace dynsessions::sandbox
