#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "tests/sandbox/steps.h"
#include "tests/sandbox/verdicts.h"
#include "tests/support/catch.h"

/// Tests the tiers without namespaces with those programs of the full tier that apply to them.
namespace dynsessions::sandbox::test {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

/// A directory of the host that every user can enter, where launchers keep their sessions' files.
class TemporaryPlace {
 public:
  TemporaryPlace() {
    REQUIRE(::mkdtemp(path_) != nullptr);
    REQUIRE(::chmod(path_, 0755) == 0);
    ::setenv("TMPDIR", path_, 1);  // NOLINT(concurrency-mt-unsafe): one thread
  }
  TemporaryPlace(const TemporaryPlace&) = delete;
  TemporaryPlace& operator=(const TemporaryPlace&) = delete;
  ~TemporaryPlace() {
    ::unsetenv("TMPDIR");  // NOLINT(concurrency-mt-unsafe): one thread
    fs::remove_all(path_);
  }
  [[nodiscard]] std::string file(const std::string& name) const {
    std::string path = std::string(path_) + '/' + name;
    std::ofstream(path) << "canary";
    return path;
  }
  /// Returns the directory of the only launcher.
  [[nodiscard]] fs::path launcher_directory() const {
    for (const auto& entry : fs::directory_iterator(path_)) {
      if (entry.is_directory()) return entry.path();
    }
    return {};
  }

 private:
  // Not in /tmp or /var/tmp, which sessions have separately.
  char path_[32] = "/dev/shm/tiers-test-XXXXXX";
};

json verdict(Tier tier, const std::string& program, const json& arguments = json::object()) {
  return test::verdict(program_spec(tier), program, arguments);
}

const VerdictCase kTierCases[] = {
    {"nothing outside /tmp and /mnt/data can be written", "write_outside",
     R"({"/":"EACCES","/usr":"EACCES","/usr/bin":"EACCES","/etc":"EACCES","/etc/passwd":"EACCES",
         "/opt/programs":"ENOENT","/mnt":"EACCES","/proc":"ENOENT","/dev":"EACCES",
         "/dev/null":"allowed","/tmp":"allowed","/dev/shm":"EACCES","/mnt/data":"allowed"})"},
    {"modes, owners and times change by descriptor only", "change_metadata",
     R"({"chmod":"EPERM","fchmodat":"EPERM","chown":"EPERM","utime":"EPERM","utimensat":"EPERM",
         "setxattr":"EPERM","mode by descriptor":"allowed","time by descriptor":"allowed",
         "mode":"0o750"})"},
    {"a pair of sockets is one that stays a pair", "make_pairs",
     R"({"stream":"allowed","packets":"allowed","datagrams":"EPERM",
         "datagrams, not blocking":"EPERM"})"},
};

/// Returns whether `descendants` of the launcher are none; reaping a killed tree takes a moment.
bool nobody_is_left(const LauncherHarness& launcher) {
  return all_gone(descendants(launcher.pid()));
}

/// Returns whether all other processes end and these stay.
bool all_gone_but(const LauncherHarness& launcher, const std::vector<pid_t>& those) {
  std::vector<pid_t> others = descendants(launcher.pid());
  const auto stays = [&](pid_t pid) {
    return std::find(those.begin(), those.end(), pid) != those.end();
  };
  const auto staying = std::count_if(others.begin(), others.end(), stays);
  std::erase_if(others, stays);
  return staying == static_cast<std::ptrdiff_t>(those.size()) && all_gone(others);
}

}  // namespace

TEST_CASE("a restricted sandbox refuses what it must and allows what it should", "[tiers]") {
  const TemporaryPlace place;
  check_verdicts(program_spec(Tier::restricted), kTierCases);
  check_verdicts(program_spec(Tier::restricted), kAlikeInAllTiers);
}

TEST_CASE("a file of the host is closed to a restricted session and open to an insecure one",
          "[tiers]") {
  const TemporaryPlace place;
  const std::string canary = place.file("canary");
  REQUIRE(::chmod(canary.c_str(), 0644) == 0);
  const json closed = verdict(Tier::restricted, "read_paths", {{"paths", {canary, "/etc/passwd"}}});
  CHECK(closed[canary] == "EACCES");
  CHECK(closed[canary + " cut"] == "EACCES");
  CHECK(closed[canary + " linked"] != "allowed");
  CHECK(closed["/etc/passwd"] == "EACCES");
  CHECK(closed["own"] == "allowed");
  CHECK(closed["own cut"] == "allowed");
  CHECK(closed["system"] == "allowed");
  CHECK(verdict(Tier::insecure, "read_paths", {{"paths", {canary}}})[canary] == "allowed");
}

TEST_CASE("sessions without namespaces do not reach each other's files", "[tiers]") {
  const TemporaryPlace place;
  LauncherHarness launcher(program_spec(Tier::restricted));
  create(launcher, 1);
  create(launcher, 2);
  run_program(start(launcher, 1), "read_paths", R"({"paths":[]})");
  const std::string theirs = place.launcher_directory() / "0/data/own";
  const json arguments = {{"paths", {theirs}}};
  const json answer = json::parse(run_program(start(launcher, 2), "read_paths", arguments.dump()));
  CHECK(answer["own"] == "allowed");
  CHECK(answer[theirs] == "EACCES");
}

TEST_CASE("a restricted session has a limited user and no rights", "[tiers]") {
  const TemporaryPlace place;
  const auto tier = GENERATE(Tier::restricted, Tier::insecure);
  const json answer = verdict(tier, "capabilities");
  const std::string uids = answer["Uid"];
  const std::string uid = uids.substr(0, uids.find(' '));
  CHECK(uids == uid + ' ' + uid + ' ' + uid + ' ' + uid);
  if (::geteuid() == 0) {
    CHECK((std::stoul(uid) >= 50'000 && std::stoul(uid) < 59'000));
  } else {
    CHECK(uid == std::to_string(::geteuid()));
  }
  for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapAmb"}) {
    CHECK(answer[set] == "0000000000000000");
  }
  CHECK(answer["NoNewPrivs"] == "1");
  CHECK(answer["Seccomp"] == (tier == Tier::restricted ? "2" : "0"));
  CHECK(answer["leads its session"] == true);
}

TEST_CASE("no signal leaves a restricted session", "[tiers]") {
  const TemporaryPlace place;
  LauncherHarness launcher(program_spec(Tier::restricted));
  create(launcher, 1);
  create(launcher, 2);
  const Interpreter neighbour = start_staying(launcher, 2);
  const Interpreter other_room = start_staying(launcher, 1, 1);
  const std::vector<pid_t> others = descendants(launcher.pid());
  json pids = others;
  pids.push_back(::getpid());
  pids.push_back(launcher.pid());
  const json arguments = {{"pids", pids}};
  const json answer = json::parse(run_program(start(launcher), "kill_everybody", arguments.dump()));
  for (const json& pid : pids) CHECK(answer[std::to_string(pid.get<int>())] == "EPERM");
  CHECK(answer["all"] == "allowed");
  CHECK(answer["child"] == SIGKILL);
  launcher.next_event();
  CHECK(all_gone_but(launcher, others));
}

TEST_CASE("a restricted session has no network and no foreign socket", "[tiers]") {
  const TemporaryPlace place;
  const json answer = verdict(Tier::restricted, "reach_network", {{"port", 1}, {"abstract", "x"}});
  for (const auto& [what, outcome] : answer.items()) {
    INFO(what);
    CHECK(outcome == "EAFNOSUPPORT");
  }
}

TEST_CASE("ordinary programs work without namespaces", "[tiers]") {
  const TemporaryPlace place;
  const json answer = verdict(Tier::restricted, "ordinary_work_with_files");
  CHECK(answer == json::parse(R"({"pool":[1,4,9],"sqlite":42,"asyncio":"hello",
      "threads":[0,1,2,3,4,5,6,7],"copy":"NAME","shell":"42\n","listed":["copy"],
      "subprocess":"written outside Python\n","directory":"/mnt/data"})"));
}

TEST_CASE("a fork bomb stops at the limit of processes without namespaces", "[tiers]") {
  const TemporaryPlace place;
  LaunchSpec spec = program_spec(Tier::restricted);
  spec.profile.limits.processes = 20;
  CHECK(verdict(spec, "fork_bomb")["error"] == "EAGAIN");
}

TEST_CASE("an interrupt ends a program without namespaces, and its jail", "[tiers]") {
  const TemporaryPlace place;
  LauncherHarness launcher(program_spec(GENERATE(Tier::restricted, Tier::insecure)));
  create(launcher);
  const Interpreter staying = start_staying(launcher);
  CHECK(launcher.request(RequestKind::interrupt_interpreter).message.kind == ReplyKind::done);
  const Reply event = launcher.next_event();
  CHECK(event.kind == ReplyKind::interpreter_exited);
  CHECK(WTERMSIG(event.end.wait_status) == SIGINT);
  CHECK(nobody_is_left(launcher));
}

TEST_CASE("the end of one jail leaves the other, and the files", "[tiers]") {
  const TemporaryPlace place;
  LauncherHarness launcher(program_spec(GENERATE(Tier::restricted, Tier::insecure)));
  create(launcher);
  const Interpreter staying = start_staying(launcher, 1, 0);
  const std::vector<pid_t> processes = descendants(launcher.pid());
  const Interpreter ending = start_staying(launcher, 1, 1);
  CHECK(launcher.request(RequestKind::kill_interpreter, 1, 1).message.kind == ReplyKind::done);
  CHECK(WTERMSIG(launcher.next_event().end.wait_status) == SIGKILL);
  CHECK(read_all(ending.output.get()).empty());
  CHECK(descendants(launcher.pid()) == processes);
}

TEST_CASE("no process is left of a program that daemonises or forks all the time", "[tiers]") {
  const TemporaryPlace place;
  const auto tier = GENERATE(Tier::restricted, Tier::insecure);
  const std::string program = GENERATE("stay", "fork_storm");
  LaunchSpec spec = program_spec(tier);
  spec.profile.limits.processes = 40;
  LauncherHarness launcher(spec);
  create(launcher);
  const Interpreter interpreter = start_running(launcher, program);
  CHECK(launcher.request(RequestKind::destroy_sandbox).message.kind == ReplyKind::done);
  CHECK(descendants(launcher.pid()).empty());
  CHECK(fs::is_empty(place.launcher_directory()));
}

TEST_CASE("the launcher ends the processes that a killed supervisor leaves, and no others",
          "[tiers]") {
  const TemporaryPlace place;
  LaunchSpec spec = program_spec(GENERATE(Tier::restricted, Tier::insecure));
  LauncherHarness launcher(spec);
  create(launcher, 1);
  create(launcher, 2);
  const Interpreter other = start_staying(launcher, 2);
  const std::vector<pid_t> others = descendants(launcher.pid());
  const Interpreter staying = start_staying(launcher, 1);
  std::vector<pid_t> processes = descendants(launcher.pid());
  std::erase_if(processes, [&](pid_t pid) {
    return std::find(others.begin(), others.end(), pid) != others.end();
  });
  REQUIRE(processes.size() == 3);
  REQUIRE(::kill(processes.front(), SIGKILL) == 0);  // the supervisor: the others are below it
  CHECK(launcher.next_event().kind == ReplyKind::interpreter_exited);
  CHECK(all_gone_but(launcher, others));
}

TEST_CASE("a session whose files take too much loses its jails, and the reason is reported",
          "[tiers]") {
  const TemporaryPlace place;
  LaunchSpec spec = program_spec(GENERATE(Tier::restricted, Tier::insecure));
  spec.profile.limits.data_bytes = spec.profile.limits.tmp_bytes =
      spec.profile.limits.shared_memory_bytes = 1 << 20;
  LauncherHarness launcher(spec);
  CHECK(launcher.greeting().limits.files == LimitState{LimitKind::soft, LimitMeans::counting});
  create(launcher, 1);
  create(launcher, 2);
  const Interpreter other = start_staying(launcher, 2);
  const Interpreter staying = start_staying(launcher, 1, 1);
  const Interpreter filling = start_running(launcher, "fill_files", 1, 0);
  for (int jails = 0; jails < 2; ++jails) {
    const Reply event = launcher.next_event();
    CHECK(event.kind == ReplyKind::interpreter_exited);
    CHECK(event.sandbox_id == 1);
    CHECK(event.end.exceeded == ExceededLimit::files);
  }
  CHECK(launcher.request(RequestKind::kill_interpreter).message.end.exceeded ==
        ExceededLimit::files);
  const Interpreter again = start_staying(launcher);
  CHECK(launcher.request(RequestKind::interrupt_interpreter, 2).message.kind == ReplyKind::done);
}

TEST_CASE("everything ends and no directory stays when the server hangs up", "[tiers]") {
  const TemporaryPlace place;
  LauncherHarness launcher(program_spec(GENERATE(Tier::restricted, Tier::insecure)));
  create(launcher);
  const Interpreter interpreter = start_staying(launcher);
  const std::vector<pid_t> processes = descendants(launcher.pid());
  REQUIRE(processes.size() == 3);  // supervisor, interpreter and its child
  CHECK(launcher.hang_up() == 0);
  CHECK(all_gone(processes));
  CHECK(place.launcher_directory().empty());
}

TEST_CASE("everything ends when the launcher is killed, and the next one sweeps its directory",
          "[tiers]") {
  const TemporaryPlace place;
  const LaunchSpec spec = program_spec(GENERATE(Tier::restricted, Tier::insecure));
  {
    LauncherHarness killed(spec);
    create(killed);
    const Interpreter interpreter = start_staying(killed);
    const std::vector<pid_t> processes = descendants(killed.pid());
    ::kill(killed.pid(), SIGKILL);
    CHECK(all_gone(processes));
  }
  const fs::path left = place.launcher_directory();
  REQUIRE(fs::exists(left / "0/data"));
  LauncherHarness next(spec);
  CHECK_FALSE(fs::exists(left));
  const fs::path used = place.launcher_directory();
  const LauncherHarness second(spec);
  CHECK(fs::exists(used));  // kept, because its launcher runs
}

TEST_CASE("a deep tree is removed, and nothing that it links to", "[tiers]") {
  const TemporaryPlace place;
  const std::string canary = place.file("canary");
  LauncherHarness launcher(program_spec(Tier::restricted));
  create(launcher);
  const json arguments = {{"outside", fs::path(canary).parent_path()}, {"depth", 2000}};
  const json answer = json::parse(run_program(start(launcher), "bury_files", arguments.dump()));
  CHECK(answer["left"] == json::parse(R"(["d","link","locked"])"));
  CHECK(launcher.request(RequestKind::destroy_sandbox).message.kind == ReplyKind::done);
  // There is so much that a separate process removes it, which can take a while.
  CHECK((nobody_is_left(launcher) || nobody_is_left(launcher) || nobody_is_left(launcher)));
  CHECK(fs::is_empty(place.launcher_directory()));
  CHECK(fs::exists(canary));
}

TEST_CASE("a tier without namespaces takes no profile that needs them", "[tiers]") {
  const TemporaryPlace place;
  LaunchSpec spec = program_spec(Tier::restricted);
  SECTION("a directory elsewhere") {
    spec.profile.binds = {{SANDBOX_PROGRAMS, "/opt/programs"}};
    CHECK(step_name(LauncherHarness(spec).definition()) ==
          "bind target /opt/programs: only mounts could show it there");
  }
  SECTION("a zygote") {
    spec.profile.zygote = spec.profile.interpreter;
    CHECK(step_name(LauncherHarness(spec).definition()) == "zygote: only jails can be forked into");
  }
}

}  // namespace dynsessions::sandbox::test
