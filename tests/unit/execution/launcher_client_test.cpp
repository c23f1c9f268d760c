#include "emulator/execution/launcher_client.h"

#include <filesystem>
#include <set>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "tests/support/catch.h"
#include "tests/support/manual_clock.h"
#include "tests/unit/execution/launcher_fixture.h"

namespace dynsessions::execution {
namespace {

using sandbox::RequestKind;

TEST_CASE("a launcher that takes the spec is ready and alive", "[execution][launcher]") {
  LauncherFixture fixture;
  CHECK(fixture.loop.run(fixture.launcher.ready()));
  CHECK(fixture.launcher.alive());
}

TEST_CASE("a launcher says how limits are kept, and what was in the way", "[execution][launcher]") {
  LauncherFixture fixture;
  REQUIRE(fixture.loop.run(fixture.launcher.ready()));
  CHECK(fixture.launcher.limits().processes.kind == sandbox::LimitKind::hard);
  CHECK(fixture.launcher.limits().cpu.kind == sandbox::LimitKind::absent);
  CHECK(fixture.launcher.obstacle_to_limits().empty());
  LauncherFixture lacking({"lack groups"});
  REQUIRE(lacking.loop.run(lacking.launcher.ready()));
  CHECK(lacking.launcher.obstacle_to_limits() == "cgroup memory: Permission denied");
}

TEST_CASE("sandboxes end a few at a time, and more if they end at a low CPU weight",
          "[execution][launcher]") {
  const auto at_once = [](LauncherFixture& fixture) {
    std::vector<FifoSemaphore::Permit> turns;
    for (;;) {
      auto turn = fixture.loop.start(fixture.launcher.endings().wait());
      if (!turn.done()) break;
      turns.push_back(*turn.result());
    }
    const std::size_t count = turns.size();
    turns.clear();
    fixture.loop.settle();  // before the launcher is destroyed
    return count;
  };
  LauncherFixture fixture;
  REQUIRE(fixture.loop.run(fixture.launcher.ready()));
  LauncherFixture grouped({"have CPU groups"});
  REQUIRE(grouped.loop.run(grouped.launcher.ready()));
  const std::size_t few = at_once(fixture);
  CHECK(few > 1);
  CHECK(at_once(grouped) > few);
}

TEST_CASE("a launcher that refuses the spec names the step and the reason",
          "[execution][launcher]") {
  LauncherFixture fixture({"refuse the spec"});
  const auto ready = fixture.loop.run(fixture.launcher.ready());
  REQUIRE(ready.has_error());
  CHECK(ready.error().code == ErrorCode::sandbox_unavailable);
  CHECK(ready.error().message ==
        "The sandbox could not be set up: namespaces: Operation not permitted");
}

TEST_CASE("a program that is not there cannot be started", "[execution][launcher]") {
  test::TestLoop loop;
  ManualClock time{Clock::TimePoint()};
  LauncherClient launcher(loop.executor(), time);
  CHECK_THROWS_WITH(launcher.start("/no/such/launcher", {}),
                    Catch::Contains("No such file or directory"));
  CHECK_FALSE(launcher.alive());
}

TEST_CASE("a caller that waits for the launcher's end resumes then, and not before",
          "[execution][launcher]") {
  LauncherFixture fixture;
  auto end = fixture.loop.start(fixture.launcher.lost_for_good());
  CHECK(fixture.loop.run(fixture.launcher.ready()));
  CHECK_FALSE(end.done());
  fixture.loop.run(fixture.launcher.stop());
  fixture.loop.finish(end);
}

TEST_CASE("a program that is no launcher is noticed", "[execution][launcher]") {
  test::TestLoop loop;
  ManualClock time{Clock::TimePoint()};
  LauncherClient launcher(loop.executor(), time);
  launcher.start("/bin/true", {});
  const auto ready = loop.run(launcher.ready());
  REQUIRE(ready.has_error());
  CHECK(ready.error().message == "The sandbox launcher has ended.");
  CHECK_FALSE(launcher.alive());
  loop.run(launcher.stop());
}

TEST_CASE("a launcher that was never started answers nothing and can be stopped",
          "[execution][launcher]") {
  test::TestLoop loop;
  ManualClock time{Clock::TimePoint()};
  LauncherClient launcher(loop.executor(), time);
  CHECK_FALSE(launcher.alive());
  CHECK(loop.run(launcher.ready()).has_error());
  CHECK(loop.run(launcher.request(RequestKind::create_sandbox, 1)).has_error());
  launcher.post(RequestKind::destroy_sandbox, 1);
  loop.settle();
  CHECK_NOTHROW(loop.run(launcher.stop()));
}

TEST_CASE("a request that is done brings its descriptors, closed on exec",
          "[execution][launcher]") {
  struct Row {
    std::string what;
    RequestKind kind;
    std::size_t descriptors;
  };
  const auto row = GENERATE(values<Row>({{"create", RequestKind::create_sandbox, 1},
                                         {"start", RequestKind::start_interpreter, 3},
                                         {"interrupt", RequestKind::interrupt_interpreter, 0},
                                         {"kill", RequestKind::kill_interpreter, 0},
                                         {"destroy", RequestKind::destroy_sandbox, 0}}));
  DYNAMIC_SECTION(row.what) {
    LauncherFixture fixture;
    const auto reply = fixture.request(row.kind);
    REQUIRE(reply);
    CHECK(reply->size() == row.descriptors);
    for (const UniqueFd& fd : *reply) CHECK((::fcntl(fd.get(), F_GETFD) & FD_CLOEXEC) != 0);
  }
}

TEST_CASE("equal profiles have one id, until all are forgotten", "[execution][launcher]") {
  LauncherFixture fixture;
  const auto first = fixture.loop.run(fixture.launcher.define_profile({}));
  const auto second = fixture.loop.run(fixture.launcher.define_profile({}));
  REQUIRE(first);
  REQUIRE(second);
  CHECK(*first == *second);
  fixture.launcher.forget_profile(*first);
  CHECK(fixture.loop.run(fixture.launcher.create_sandbox(*second, 1)));
  fixture.launcher.forget_profile(*second);
  CHECK(fixture.loop.run(fixture.launcher.create_sandbox(*second, 2)).has_error());
  const auto third = fixture.loop.run(fixture.launcher.define_profile({}));
  REQUIRE(third);
  CHECK_FALSE(*third == *second);
}

TEST_CASE("callers that define equal profiles at once share one", "[execution][launcher]") {
  LauncherFixture fixture;
  auto one = fixture.loop.start(fixture.launcher.define_profile({}));
  auto other = fixture.loop.start(fixture.launcher.define_profile({}));
  const auto first = fixture.loop.finish(std::move(one));
  const auto second = fixture.loop.finish(std::move(other));
  REQUIRE(first);
  REQUIRE(second);
  CHECK(*first == *second);
  fixture.launcher.forget_profile(*first);
  CHECK(fixture.loop.run(fixture.launcher.create_sandbox(*first, 1)));
}

TEST_CASE("each profile gets its own id, until it is forgotten", "[execution][launcher]") {
  LauncherFixture fixture;
  sandbox::SandboxProfile other;
  other.environment = {"A=1"};
  const auto first = fixture.loop.run(fixture.launcher.define_profile({}));
  const auto second = fixture.loop.run(fixture.launcher.define_profile(other));
  REQUIRE(first);
  REQUIRE(second);
  CHECK_FALSE(*first == *second);
  CHECK_FALSE(*first == ProfileId());
  const auto directory = fixture.loop.run(fixture.launcher.create_sandbox(*first, 1));
  REQUIRE(directory);
  CHECK((::fcntl(directory->get(), F_GETFD) & FD_CLOEXEC) != 0);
  fixture.launcher.forget_profile(*first);
  CHECK(fixture.loop.run(fixture.launcher.create_sandbox(*first, 2)).has_error());
  CHECK(fixture.loop.run(fixture.launcher.create_sandbox(*second, 3)));
}

TEST_CASE("a profile that cannot be used names the step", "[execution][launcher]") {
  LauncherFixture fixture({"fail at define"});
  const auto profile = fixture.loop.run(fixture.launcher.define_profile({}));
  REQUIRE(profile.has_error());
  CHECK(profile.error().code == ErrorCode::sandbox_unavailable);
  CHECK(profile.error().message ==
        "The sandbox could not be set up: step of define: Operation not permitted");
}

TEST_CASE("a profile that is too long is not sent", "[execution][launcher]") {
  LauncherFixture fixture;
  sandbox::SandboxProfile profile;
  profile.environment = {std::string(sandbox::kMaxSpecBytes, 'x')};
  const auto defined = fixture.loop.run(fixture.launcher.define_profile(std::move(profile)));
  REQUIRE(defined.has_error());
  CHECK_THAT(defined.error().message, Catch::Contains("longer than 65536 bytes"));
  CHECK(fixture.launcher.alive());
}

TEST_CASE("a request that failed names the step, and the next one works", "[execution][launcher]") {
  LauncherFixture fixture({"fail at create"});
  const auto failed = fixture.request(RequestKind::create_sandbox);
  REQUIRE(failed.has_error());
  CHECK(failed.error().code == ErrorCode::sandbox_unavailable);
  CHECK(failed.error().message ==
        "The sandbox could not be set up: step of create: Operation not permitted");
  CHECK_THAT(failed.error().reason, Catch::Contains("`step of create`"));
  CHECK(fixture.request(RequestKind::start_interpreter));
}

TEST_CASE("unrequested messages of the launcher do not disturb the answers",
          "[execution][launcher]") {
  LauncherFixture fixture({"chatter"});
  for (int round = 0; round < 3; ++round) {
    const auto created = fixture.request(RequestKind::create_sandbox);
    REQUIRE(created);
    CHECK(created->size() == 1);
    CHECK(fixture.request(RequestKind::start_interpreter)->size() == 3);
  }
}

TEST_CASE("replies to requests that were only posted are dropped", "[execution][launcher]") {
  LauncherFixture fixture;
  for (int round = 0; round < 3; ++round) {
    fixture.launcher.post(RequestKind::create_sandbox, 7);
    CHECK(fixture.request(RequestKind::kill_interpreter)->empty());
  }
}

TEST_CASE("a launcher that ends in mid-request fails it and all that come later",
          "[execution][launcher]") {
  const std::string end = GENERATE("die at start", "send nonsense at start");
  DYNAMIC_SECTION(end) {
    LauncherFixture fixture({end});
    CHECK(fixture.request(RequestKind::create_sandbox));
    auto one = fixture.loop.start(fixture.launcher.request(RequestKind::start_interpreter, 1));
    auto other = fixture.loop.start(fixture.launcher.request(RequestKind::start_interpreter, 2));
    for (auto& task : {one, other}) {
      const auto lost = fixture.loop.finish(task);
      REQUIRE(lost.has_error());
      CHECK(lost.error().code == ErrorCode::sandbox_unavailable);
      CHECK(lost.error().message == "The sandbox launcher has ended.");
    }
    CHECK_FALSE(fixture.launcher.alive());
    CHECK(fixture.request(RequestKind::create_sandbox).has_error());
    CHECK_NOTHROW(fixture.launcher.post(RequestKind::destroy_sandbox, 1));
  }
}

TEST_CASE("a request that is cancelled does not take the next one's answer",
          "[execution][launcher]") {
  LauncherFixture fixture;
  auto cancelled = fixture.loop.start(fixture.launcher.request(RequestKind::create_sandbox, 1));
  cancelled.cancel();
  CHECK(fixture.request(RequestKind::start_interpreter)->size() == 3);
}

/// A named pipe in a directory that is removed with the object.
class Fifo {
 public:
  Fifo() : directory_(std::filesystem::temp_directory_path() / "dynsessions-fifo-XXXXXX") {
    if (::mkdtemp(directory_.data()) == nullptr || ::mkfifo(path().c_str(), 0600) != 0) {
      throw std::system_error(errno, std::generic_category(), "mkfifo");
    }
  }
  Fifo(const Fifo&) = delete;
  Fifo& operator=(const Fifo&) = delete;
  ~Fifo() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  [[nodiscard]] std::string path() const { return directory_ + "/fifo"; }

 private:
  std::string directory_;
};

TEST_CASE("requests wait while the launcher's queue is full, and all are answered",
          "[execution][launcher]") {
  const Fifo fifo;
  LauncherFixture fixture({"do not read until opened: " + fifo.path()});
  CHECK(fixture.loop.run(fixture.launcher.ready()));

  constexpr std::size_t kMoreThanFit = 2000;
  std::vector<test::Task<LauncherFixture::Descriptors>> tasks;
  for (std::size_t i = 0; i < kMoreThanFit; ++i) {
    tasks.push_back(fixture.loop.start(fixture.launcher.request(RequestKind::kill_interpreter, i)));
  }
  const UniqueFd opened(::open(fifo.path().c_str(), O_WRONLY | O_CLOEXEC));
  std::size_t answered = 0;
  for (auto& task : tasks) answered += fixture.loop.finish(task).has_value() ? 1 : 0;
  CHECK(answered == kMoreThanFit);
}

constexpr auto kSilentSeconds = static_cast<int>(LauncherClient::kSilence.count());

TEST_CASE("a launcher that is stuck keeps no caller waiting, and is used again when it answers",
          "[execution][launcher]") {
  const Fifo fifo;
  LauncherFixture fixture({"do not read until opened: " + fifo.path()});
  REQUIRE(fixture.loop.run(fixture.launcher.ready()));
  auto waiting = fixture.loop.start(fixture.launcher.request(RequestKind::start_interpreter, 1));
  fixture.pass_seconds(kSilentSeconds - 1);
  CHECK_FALSE(waiting.done());
  fixture.pass_seconds(1);
  REQUIRE(waiting.done());
  const auto failed = waiting.result();
  REQUIRE(failed.has_error());
  CHECK(failed.error().message == "The sandbox launcher does not answer.");
  CHECK(failed.error().step == "launcher reply");
  // Later requests fail at once, and so does the ping.
  CHECK(fixture.loop.start(fixture.launcher.request(RequestKind::start_interpreter, 2)).done());
  CHECK_FALSE(fixture.loop.run(fixture.launcher.answers(std::chrono::seconds(1))));

  const UniqueFd opened(::open(fifo.path().c_str(), O_WRONLY | O_CLOEXEC));
  // No task waits for the late replies, so the test polls.
  while (!fixture.loop.run(fixture.launcher.answers(std::chrono::seconds(1)))) {
    std::this_thread::yield();
  }
  CHECK(fixture.request(RequestKind::start_interpreter, 3));
}

TEST_CASE("a request that is never answered fails at its deadline although others are answered",
          "[execution][launcher]") {
  LauncherFixture fixture({"ignore kill"});
  REQUIRE(fixture.loop.run(fixture.launcher.ready()));
  auto waiting = fixture.loop.start(fixture.launcher.request(RequestKind::kill_interpreter, 1));
  for (int second = 1; second < 60; ++second) {
    fixture.launcher_time.advance(std::chrono::seconds(1));
    REQUIRE(fixture.loop.run(fixture.launcher.answers(std::chrono::seconds(1))));
  }
  CHECK_FALSE(waiting.done());
  fixture.pass_seconds(1);
  REQUIRE(waiting.done());
  CHECK(waiting.result().error().step == "launcher reply");
  CHECK(fixture.request(RequestKind::start_interpreter));
}

TEST_CASE("a caller can wait for less time than a request may take", "[execution][launcher]") {
  LauncherFixture fixture({"ignore kill"});
  REQUIRE(fixture.loop.run(fixture.launcher.ready()));
  auto ending =
      fixture.loop.start(fixture.launcher.end_interpreter(1, 0, std::chrono::milliseconds(500)));
  fixture.launcher_time.advance(std::chrono::milliseconds(499));
  fixture.loop.settle();
  CHECK_FALSE(ending.done());
  fixture.launcher_time.advance(std::chrono::milliseconds(1));
  CHECK(fixture.loop.finish(ending).has_error());
  CHECK_FALSE(fixture.loop.start(fixture.launcher.end_interpreter(1, 0)).done());
}

TEST_CASE("a sandbox that is made too late is destroyed", "[execution][launcher]") {
  LauncherFixture fixture({"ignore create", "die at destroy"});
  auto creating = fixture.loop.start(fixture.launcher.create_sandbox(ProfileId{}, 1));
  fixture.loop.settle();
  CHECK(fixture.launcher.alive());
  fixture.launcher_time.advance(std::chrono::seconds(60));
  CHECK(fixture.loop.finish(creating).has_error());
  fixture.loop.run_until([&] { return !fixture.launcher.alive(); });
}

TEST_CASE("a launcher that outlives its socket is killed", "[execution][launcher]") {
  LauncherFixture fixture({"outlive its socket"});
  REQUIRE(fixture.loop.run(fixture.launcher.ready()));
  auto stopping = fixture.loop.start(fixture.launcher.stop());
  fixture.loop.run_until([&] { return fixture.launcher_time.has_timers(); });
  fixture.launcher_time.advance(LauncherClient::kExitGrace - std::chrono::milliseconds(1));
  fixture.loop.settle();
  CHECK_FALSE(stopping.done());
  fixture.launcher_time.advance(std::chrono::milliseconds(1));
  fixture.loop.finish(stopping);
}

TEST_CASE("a launcher that is stopped is gone, with what was still asked of it",
          "[execution][launcher]") {
  LauncherFixture fixture;
  CHECK(fixture.loop.run(fixture.launcher.ready()));
  auto asked = fixture.loop.start(fixture.launcher.request(RequestKind::create_sandbox, 1));
  fixture.loop.run(fixture.launcher.stop());
  CHECK_FALSE(fixture.launcher.alive());
  fixture.loop.settle();
  CHECK(asked.done());
  CHECK(fixture.request(RequestKind::create_sandbox).has_error());
  CHECK_FALSE(fixture.launcher_time.has_timers());  // a timer would delay the end of a tier's trial
}

TEST_CASE("ids of sandboxes are never used twice", "[execution][launcher]") {
  test::TestLoop loop;
  ManualClock time{Clock::TimePoint()};
  LauncherClient launcher(loop.executor(), time);
  std::set<std::uint64_t> ids;
  for (int i = 0; i < 100; ++i) ids.insert(launcher.new_sandbox_id());
  CHECK(ids.size() == 100);
}

}  // namespace
}  // namespace dynsessions::execution
