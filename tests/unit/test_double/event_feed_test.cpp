#include "emulator/test_double/events/event_feed.h"

#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "emulator/pools/session.h"
#include "tests/support/catch.h"
#include "tests/support/manual_clock.h"
#include "tests/support/test_loop.h"

namespace dynsessions::test_double {
namespace {

using execution::Kernel;
using execution::Stream;
using nlohmann::json;

struct FeedFixture {
  EventFeed feed;
  test::TestLoop loop;
  ManualClock clock{Clock::TimePoint()};
  std::unique_ptr<pools::SessionEvents> events = feed.for_sessions({"s", "g", "pool"}, clock);
  pools::Session session{loop.executor(),
                         SessionIdentifier::parse("user", IdentifierRule::one_to_256).value(),
                         "8c6eb330-3c75-4dde-a89d-458d572cfaf7",
                         std::make_shared<pools::PoolDefinition>(),
                         clock,
                         *events};
  std::vector<std::string> names;
  std::vector<json> data;

  std::unique_ptr<EventFeed::Subscription> watch() {
    return std::make_unique<EventFeed::Subscription>(feed, [this](const FeedEvent& event) {
      names.emplace_back(event.name);
      data.push_back(json::parse(event.data));
    });
  }
  void write(std::string_view bytes, Stream stream = Stream::out) {
    events->output_written(session, Kernel::synchronous, stream, bytes);
  }
};

TEST_CASE("events of a session are passed to subscribers", "[events]") {
  FeedFixture fixture;
  const auto watching = fixture.watch();
  fixture.events->session_allocated(fixture.session);
  fixture.events->kernel_ended(fixture.session, Kernel::empty, {.timed_out = true});
  fixture.events->session_ended(fixture.session, pools::EndReason::evicted);
  fixture.events->allocation_refused(fixture.session.identifier());
  CHECK(fixture.names == std::vector<std::string>{"session-allocated", "kernel-ended",
                                                  "session-ended", "allocation-refused"});
  CHECK(fixture.data[0] == json{{"at", "1970-01-01T00:00:00Z"},
                                {"pool", "pool"},
                                {"session", fixture.session.guid()},
                                {"identifier", "user"}});
  CHECK(fixture.data[1].at("reason") == "timeout");
  CHECK(fixture.data[1].at("kernel") == "empty");
  CHECK(fixture.data[2].at("reason") == "evicted");
  CHECK_FALSE(fixture.data[3].contains("session"));
}

TEST_CASE("output is published as it comes, and its characters are whole", "[events]") {
  FeedFixture fixture;
  const auto watching = fixture.watch();
  fixture.write("a\xE2\x82");
  fixture.write("e", Stream::err);
  fixture.write(
      "\xAC"
      "b\xFF\xE2");
  execution::ExecutionResult result;
  result.stdout_text = "a";
  result.stdout_bytes = 8;
  result.stderr_text = "e";
  result.stderr_bytes = 1;
  fixture.events->program_ended(fixture.session, Kernel::synchronous, result);
  REQUIRE(fixture.names ==
          std::vector<std::string>{"output", "output", "output", "output", "execution-ended"});
  CHECK(fixture.data[0].at("text") == "a");
  CHECK(fixture.data[1].at("text") == "e");
  CHECK(fixture.data[1].at("stream") == "stderr");
  CHECK(fixture.data[2].at("text") == "\u20ACb\uFFFD");
  CHECK(fixture.data[3].at("text") == "\uFFFD");
  CHECK(fixture.data[4].at("outcome") == "succeeded");
  CHECK(fixture.data[4].at("stdoutBytes") == 8);
  CHECK(fixture.data[4].at("cut") == json{"stdout"});
}

TEST_CASE("a reader gets no events from before or after it watched", "[events]") {
  FeedFixture fixture;
  fixture.write("before\xE2");
  {
    const auto watching = fixture.watch();
    CHECK(fixture.feed.is_watched());
    fixture.write("now");
  }
  CHECK_FALSE(fixture.feed.is_watched());
  fixture.write("after");
  fixture.events->session_allocated(fixture.session);
  REQUIRE(fixture.names == std::vector<std::string>{"output"});
  CHECK(fixture.data[0].at("text") == "now");
}

}  // namespace
}  // namespace dynsessions::test_double
