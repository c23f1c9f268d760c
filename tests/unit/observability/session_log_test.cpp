#include "emulator/observability/session_log.h"

#include <chrono>
#include <csignal>
#include <string>

#include <nlohmann/json.hpp>

#include "emulator/pools/session.h"
#include "tests/support/catch.h"
#include "tests/support/manual_clock.h"
#include "tests/support/test_loop.h"
#include "tests/unit/observability/captured_log.h"

namespace dynsessions::observability {
namespace {

using execution::Kernel;
using execution::KernelEnd;
using execution::SessionLimit;
using pools::EndReason;

struct Fixture {
  explicit Fixture(LogFormat format) : captured(format) {}

  test::TestLoop loop;
  ManualClock clock{Clock::TimePoint()};
  CapturedLog captured;
  SessionLog log{clock, "my-pool", captured.log()};
  pools::Session session{loop.executor(),
                         SessionIdentifier::parse("test", IdentifierRule::one_to_256).value(),
                         "8c6eb330-3c75-4dde-a89d-458d572cfaf7",
                         std::make_shared<pools::PoolDefinition>(),
                         clock,
                         log};
  const std::string guid = session.guid();
};

TEST_CASE("a session is allocated in its pool", "[log][session]") {
  Fixture fixture(LogFormat::text);
  fixture.log.session_allocated(fixture.session);
  CHECK(fixture.captured.line() ==
        "info session " + fixture.guid + " allocated pool=my-pool identifier=9f86d081");
}

TEST_CASE("a session ends for a reason", "[log][session]") {
  struct Row {
    EndReason reason;
    std::string name, words;
  };
  const auto row = GENERATE(values<Row>({
      {EndReason::cooldown_passed, "cooldown-passed", "its cooldown passed"},
      {EndReason::deleted, "deleted", "a client deleted it"},
      {EndReason::evicted, "evicted", "it was evicted"},
      {EndReason::interpreter_lost, "interpreter-lost", "its interpreter was lost"},
      {EndReason::pool_stopped, "pool-stopped", "the pool stops"},
  }));
  Fixture text(LogFormat::text);
  text.clock.advance(std::chrono::seconds(7));
  text.log.session_ended(text.session, row.reason);
  CHECK(text.captured.line() == "info session " + text.guid + " ended after 7 s: " + row.words +
                                    " pool=my-pool identifier=9f86d081");
  Fixture as_json(LogFormat::json);
  as_json.log.session_ended(as_json.session, row.reason);
  const auto members = as_json.captured.members();
  CHECK(members.at("event") == "session-ended");
  CHECK(members.at("reason") == row.name);
  CHECK(members.at("session") == as_json.guid);
  CHECK(members.at("ageSeconds") == 0);
}

TEST_CASE("a kernel that ends is a warning with its reason", "[log][session]") {
  struct Row {
    KernelEnd end;
    std::string reason, words;
  };
  const auto row = GENERATE(values<Row>({
      {{.exit_status = 3}, "died", "died: exit status 3"},
      {{.signal = SIGSEGV}, "died", "died: killed by SIGSEGV"},
      {{.signal = SIGKILL, .between_programs = true},
       "died",
       "died between two programs: killed by"},
      {{.timed_out = true, .signal = SIGKILL}, "timeout", "did not stop at its timeout"},
      {{.limit = SessionLimit::memory}, "memory-limit", "was ended; memory: the session had more"},
      {{.limit = SessionLimit::files}, "file-limit", "was ended; files: those of the session"},
  }));
  Fixture text(LogFormat::text);
  text.log.kernel_ended(text.session, Kernel::asynchronous, row.end);
  CHECK_THAT(text.captured.line(), Catch::StartsWith("warning ") && Catch::Contains(row.words) &&
                                       Catch::Contains(text.guid));
  Fixture as_json(LogFormat::json);
  as_json.log.kernel_ended(as_json.session, Kernel::asynchronous, row.end);
  const auto members = as_json.captured.members();
  CHECK(members.at("event") == "kernel-ended");
  CHECK(members.at("kernel") == "asynchronous");
  CHECK(members.at("reason") == row.reason);
  CHECK(members.contains("signal") == (row.end.signal != 0));
  CHECK(members.contains("exitStatus") == (row.end.signal == 0));
}

TEST_CASE("a session that cannot be allocated is an error", "[log][session]") {
  Fixture fixture(LogFormat::text);
  fixture.log.allocation_failed({ErrorCode::sandbox_unavailable, "mount: not\npermitted", {}, {}});
  CHECK(fixture.captured.line() ==
        "error session not allocated: mount: not\\u000apermitted pool=my-pool");
}

}  // namespace
}  // namespace dynsessions::observability
