#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/kernel/cgroups/cgroup_files.h"
#include "tests/sandbox/steps.h"
#include "tests/support/catch.h"

/// The limits of a sandbox, with the cgroups of this machine and without any.
namespace dynsessions::sandbox::test {
namespace {
namespace fs = std::filesystem;

enum class Groups { wanted, off };

LaunchSpec limited_spec(Groups groups) {
  LaunchSpec spec = program_spec();
  spec.launcher.cgroups = groups == Groups::wanted;
  spec.profile.limits.memory_bytes = std::uint64_t{96} << 20;
  spec.profile.limits.data_bytes = std::uint64_t{4} << 20;
  spec.profile.limits.tmp_bytes = std::uint64_t{4} << 20;
  spec.profile.limits.shared_memory_bytes = std::uint64_t{4} << 20;
  return spec;
}

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  return (std::ostringstream() << file.rdbuf()).str();
}

/// Returns the directories of all launchers started in the cgroup of this test, in every hierarchy.
std::set<fs::path> directories() {
  std::set<fs::path> found;
  for (const CgroupPlace& place :
       find_places(text_of("/proc/self/cgroup"), text_of("/proc/self/mountinfo"))) {
    for (const auto& entry : fs::directory_iterator(without_leaf(place).directory)) {
      if (entry.path().filename().string().starts_with("dynsessions-launcher-")) {
        found.insert(entry.path());
      }
    }
  }
  return found;
}

/// Returns the directories of a launcher whose sandbox runs something. Other tests can run at the
/// same time, so the launcher's processes identify its directories.
std::set<fs::path> directories_of(const LauncherHarness& launcher) {
  std::set<fs::path> found;
  for (const pid_t pid : descendants(launcher.pid())) {
    const std::string groups = text_of("/proc/" + std::to_string(pid) + "/cgroup");
    for (const fs::path& directory : directories()) {
      if (groups.find('/' + directory.filename().string() + '/') != std::string::npos) {
        found.insert(directory);
      }
    }
  }
  return found;
}

/// Returns whether the machine has this limit; prints the reason if not.
bool has(const LimitState& state, const LauncherHarness& launcher) {
  const bool by_group =
      state.means == LimitMeans::cgroup_v1 || state.means == LimitMeans::cgroup_v2;
  if (!by_group) WARN("skipped: no cgroup here: " << step_name(launcher.greeting()));
  return by_group;
}

void order(const Interpreter& interpreter, const std::string& program,
           const std::string& arguments) {
  const std::string line = "{\"program\":\"" + program + "\",\"arguments\":" + arguments + "}\n";
  REQUIRE(::send(interpreter.control.get(), line.data(), line.size(), MSG_NOSIGNAL) > 0);
}

/// The expected state for objects that the kernel counts per user.
LimitState expected_of_kernel_objects() {
  return ::geteuid() == 0 ? LimitState{LimitKind::hard, LimitMeans::separate_user}
                          : LimitState{LimitKind::soft, LimitMeans::shared_user};
}

}  // namespace

TEST_CASE("a launcher says how hard its limits are", "[sandbox][limits]") {
  const LauncherHarness without(limited_spec(Groups::off));
  CHECK(without.greeting().limits == LimitReport{{LimitKind::soft, LimitMeans::watching},
                                                 {LimitKind::hard, LimitMeans::resource_limit},
                                                 {LimitKind::absent, LimitMeans::nothing},
                                                 {LimitKind::hard, LimitMeans::file_system},
                                                 expected_of_kernel_objects()});
  const LauncherHarness with(limited_spec(Groups::wanted));
  const LimitReport& limits = with.greeting().limits;
  CHECK(limits.processes.kind == LimitKind::hard);
  const bool all_hard = limits.memory.kind == LimitKind::hard && limits.cpu.kind == LimitKind::hard;
  CHECK((with.greeting().error_number == 0) == all_hard);
  CHECK(step_name(with.greeting()).empty() == all_hard);
}

TEST_CASE("a session that has too much memory loses its interpreter, and the reason is reported",
          "[sandbox][limits]") {
  const auto groups = GENERATE(Groups::wanted, Groups::off);
  DYNAMIC_SECTION((groups == Groups::wanted ? "as here" : "without cgroups")) {
    LauncherHarness launcher(limited_spec(groups));
    const UniqueFd data = create(launcher, 1);
    create(launcher, 2);
    const Interpreter other = start_staying(launcher, 2);
    order(start(launcher), "take_memory", R"({"mebibytes": 200, "stay": true})");
    const Reply event = launcher.next_event();
    CHECK(event.kind == ReplyKind::interpreter_exited);
    CHECK(event.sandbox_id == 1);
    CHECK(event.end.exceeded == ExceededLimit::memory);
    CHECK(WTERMSIG(event.end.wait_status) == SIGKILL);
    // The end is reported again on request, and then forgotten.
    CHECK(launcher.request(RequestKind::kill_interpreter).message.end.exceeded ==
          ExceededLimit::memory);
    CHECK(launcher.request(RequestKind::kill_interpreter).message.end.exceeded ==
          ExceededLimit::none);
    CHECK(run_program(start(launcher), "take_memory", R"({"mebibytes": 40, "stay": false})") ==
          "40\n");
    CHECK(launcher.next_event().end.exceeded == ExceededLimit::none);
    CHECK(launcher.request(RequestKind::interrupt_interpreter, 2).message.kind == ReplyKind::done);
  }
}

TEST_CASE("an interpreter that is killed otherwise is not out of memory", "[sandbox][limits]") {
  LauncherHarness launcher(limited_spec(Groups::wanted));
  create(launcher);
  const Interpreter interpreter = start_staying(launcher);
  CHECK(launcher.request(RequestKind::kill_interpreter).message.end.exceeded ==
        ExceededLimit::none);
  CHECK(launcher.next_event().end.exceeded == ExceededLimit::none);
}

TEST_CASE("every process of a sandbox is in its groups, and no other process is",
          "[sandbox][limits]") {
  LauncherHarness launcher(limited_spec(Groups::wanted));
  if (!has(launcher.greeting().limits.memory, launcher)) return;
  create(launcher, 1);
  create(launcher, 2);
  const Interpreter first = start_staying(launcher, 1);
  const Interpreter second = start_staying(launcher, 2);
  std::map<std::string, int> members;
  for (const fs::path& directory : directories_of(launcher)) {
    for (const char* sandbox : {"1", "2"}) {
      std::istringstream processes(text_of(directory / sandbox / "cgroup.procs"));
      int count = 0;
      for (std::string pid; processes >> pid;) ++count;
      CHECK(count == 3);  // init, interpreter and its child
      members[sandbox] += count;
    }
    CHECK(text_of(directory / "cgroup.procs").empty());
  }
  CHECK(members["1"] > 0);
  CHECK(members["1"] == members["2"]);
  CHECK(run_program(start(launcher, 1, 1), "groups") == "[\"/\"]\n");
}

TEST_CASE("processes that compute get their share of the CPUs", "[sandbox][limits]") {
  LaunchSpec spec = limited_spec(Groups::wanted);
  spec.profile.limits.cpu_hundredths = 5;  // less than even a busy machine provides
  LauncherHarness launcher(spec);
  if (!has(launcher.greeting().limits.cpu, launcher)) return;
  create(launcher);
  const double cpus = std::stod(run_program(start(launcher), "burn", R"({"seconds": 1.5})"));
  CHECK(cpus > 0);
  CHECK(cpus < 0.15);
  // The program wanted more: the kernel has throttled it.
  const Interpreter staying = start_staying(launcher, 1, 1);
  bool throttled = false;
  for (const fs::path& directory : directories_of(launcher)) {
    std::istringstream lines(text_of(directory / "1" / "cpu.stat"));
    std::uint64_t value = 0;
    for (std::string key; lines >> key >> value;) throttled |= key == "nr_throttled" && value > 0;
  }
  CHECK(throttled);
}

TEST_CASE("an ending sandbox leaves the processors to others", "[sandbox][limits]") {
  LauncherHarness launcher(limited_spec(Groups::wanted));
  if (!has(launcher.greeting().limits.cpu, launcher)) return;
  create(launcher);
  const Interpreter interpreter = start_staying(launcher);
  const UniqueFd watch(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  int watched = 0;
  for (const fs::path& directory : directories_of(launcher)) {
    for (const bool unified : {true, false}) {
      const fs::path file = directory / "1" / low_cpu_weight(unified).file;
      if (::inotify_add_watch(watch.get(), file.c_str(), IN_MODIFY) >= 0) ++watched;
    }
  }
  REQUIRE(watched == 1);
  inotify_event change{};
  CHECK(::read(watch.get(), &change, sizeof(change)) < 0);  // nothing yet
  CHECK(launcher.request(RequestKind::destroy_sandbox).message.kind == ReplyKind::done);
  REQUIRE(::read(watch.get(), &change, sizeof(change)) == sizeof(change));
  CHECK((change.mask & IN_MODIFY) != 0);
}

TEST_CASE("groups go with their sandbox, and the directory with the launcher",
          "[sandbox][limits]") {
  LauncherHarness launcher(limited_spec(Groups::wanted));
  if (!has(launcher.greeting().limits.memory, launcher)) return;
  create(launcher);
  const Interpreter interpreter = start_staying(launcher);
  const auto mine = directories_of(launcher);
  REQUIRE_FALSE(mine.empty());
  for (const fs::path& directory : mine) CHECK(fs::exists(directory / "1"));
  CHECK(launcher.request(RequestKind::destroy_sandbox).message.kind == ReplyKind::done);
  create(launcher, 2);  // the loop has run by now
  for (const fs::path& directory : mine) {
    CHECK_FALSE(fs::exists(directory / "1"));
    CHECK(fs::exists(directory / "2"));
  }
  launcher.hang_up();
  for (const fs::path& directory : mine) CHECK_FALSE(fs::exists(directory));
}

TEST_CASE("the groups of a launcher that was killed are swept away by the next one",
          "[sandbox][limits]") {
  LauncherHarness launcher(limited_spec(Groups::wanted));
  if (!has(launcher.greeting().limits.memory, launcher)) return;
  create(launcher);
  const Interpreter interpreter = start_staying(launcher);
  const auto mine = directories_of(launcher);
  REQUIRE_FALSE(mine.empty());
  const auto processes = descendants(launcher.pid());
  {
    const LauncherHarness second(limited_spec(Groups::wanted));
    // Kept, because its launcher runs.
    for (const fs::path& directory : mine) CHECK(fs::exists(directory));
  }
  ::kill(launcher.pid(), SIGKILL);
  REQUIRE(all_gone(processes));
  for (const fs::path& directory : mine) CHECK(fs::exists(directory / "1"));
  launcher.hang_up();
  const LauncherHarness next(limited_spec(Groups::wanted));
  for (const fs::path& directory : mine) CHECK_FALSE(fs::exists(directory));
}

}  // namespace dynsessions::sandbox::test
