#include "emulator/execution/agent_process.h"

#include "tests/support/catch.h"
#include "tests/unit/execution/agent_fixture.h"

namespace dynsessions::execution {
namespace {

using namespace std::chrono_literals;
using sandbox::ResultFrame;

TEST_CASE("an agent goes from starting to idle, running, finished and idle again",
          "[execution][agent]") {
  AgentFixture fixture;
  CHECK(fixture.process.state() == AgentState::starting);

  fixture.agent.say_ready();
  fixture.loop.settle();
  CHECK(fixture.process.state() == AgentState::idle);

  fixture.process.begin(7, "1+1");
  CHECK(fixture.process.state() == AgentState::running);
  fixture.loop.settle();
  const auto program = fixture.agent.next_program();
  REQUIRE(program);
  CHECK(program->id == 7);
  CHECK(program->code == "1+1");

  fixture.agent.say_result(7, R"({"kind":"text","text":"2"})");
  fixture.loop.settle();
  REQUIRE(fixture.process.state() == AgentState::finished);
  const ResultFrame result = fixture.process.take_result();
  CHECK(result.ok);
  CHECK(result.value_kind == ResultFrame::ValueKind::text);
  CHECK(result.text == "2");

  (void)fixture.process.end();
  CHECK(fixture.process.state() == AgentState::idle);
}

TEST_CASE("an agent that cannot be understood, or leaves, is gone", "[execution][agent]") {
  struct Row {
    std::string what;
    void (*act)(test::FakeAgent&);
  };
  const auto row = GENERATE(values<Row>({
      {"garbage in a frame", [](auto& agent) { agent.send_frame("garbage"); }},
      {"an empty frame", [](auto& agent) { agent.send_frame(""); }},
      {"a huge length", [](auto& agent) { agent.send_bytes("\xFF\xFF\xFF\xFF"); }},
      {"a length just over the limit",
       [](auto& agent) { agent.send_bytes(std::string("\x04\0\0\x01", 4)); }},
      {"a frame of another kind", [](auto& agent) { agent.send_frame(R"({"hello":{}})"); }},
      {"a result without its parts",
       [](auto& agent) { agent.send_frame(R"({"result":{"id":1}})"); }},
      {"an id below zero",
       [](auto& agent) {
         agent.send_frame(
             R"({"result":{"id":-1,"ok":true,"value":{"kind":"none"},"traceback":""}})");
       }},
      {"a frame that is not UTF-8",
       [](auto& agent) { agent.send_frame("{\"ready\":{\"python\":\"\xFF\"}}"); }},
      {"deep nesting",
       [](auto& agent) { agent.send_frame(std::string(1000, '[') + std::string(1000, ']')); }},
      {"the control socket closes", [](auto& agent) { agent.close_control(); }},
      {"half a frame, then the end",
       [](auto& agent) {
         agent.send_bytes(std::string("\0\0\0\x09{\"re", 8));
         agent.close_control();
       }},
  }));
  DYNAMIC_SECTION(row.what) {
    AgentFixture fixture;
    fixture.begin(1);
    REQUIRE(fixture.process.state() == AgentState::running);
    row.act(fixture.agent);
    fixture.loop.settle();
    CHECK(fixture.process.state() == AgentState::gone);
  }
}

TEST_CASE("frames that do not concern the running program change nothing", "[execution][agent]") {
  struct Row {
    std::string what;
    void (*act)(test::FakeAgent&);
  };
  const auto row = GENERATE(values<Row>({
      {"the result of another program", [](auto& agent) { agent.say_result(6); }},
      {"the result of a program to come", [](auto& agent) { agent.say_result(8); }},
      {"ready, again", [](auto& agent) { agent.say_ready(); }},
      {"half a result", [](auto& agent) { agent.send_bytes(std::string("\0\0\0\x40{\"res", 9)); }},
  }));
  DYNAMIC_SECTION(row.what) {
    AgentFixture fixture;
    fixture.begin(7);
    row.act(fixture.agent);
    fixture.loop.settle();
    CHECK(fixture.process.state() == AgentState::running);
  }
}

TEST_CASE("a result before ready, or while idle, is not taken for one", "[execution][agent]") {
  AgentFixture fixture;
  fixture.agent.say_result(0);
  fixture.loop.settle();
  CHECK(fixture.process.state() == AgentState::starting);
  fixture.agent.say_ready();
  fixture.agent.say_result(0);
  fixture.loop.settle();
  CHECK(fixture.process.state() == AgentState::idle);
}

TEST_CASE("of two results of one program the first counts", "[execution][agent]") {
  AgentFixture fixture;
  fixture.begin(7);
  fixture.agent.say_result(7, R"({"kind":"text","text":"first"})");
  fixture.agent.say_result(7, R"({"kind":"text","text":"second"})");
  fixture.loop.settle();
  CHECK(fixture.process.take_result().text == "first");
  (void)fixture.process.end();

  fixture.begin(8);
  CHECK(fixture.process.state() == AgentState::running);
}

TEST_CASE("a late result of a program that was given up does not end the next one",
          "[execution][agent]") {
  AgentFixture fixture;
  fixture.begin(7);
  (void)fixture.process.end();
  fixture.begin(8);
  fixture.agent.say_result(7, R"({"kind":"text","text":"old"})");
  fixture.loop.settle();
  CHECK(fixture.process.state() == AgentState::running);
  fixture.agent.say_result(8, R"({"kind":"text","text":"new"})");
  fixture.loop.settle();
  CHECK(fixture.process.take_result().text == "new");
}

TEST_CASE("frames may arrive in pieces, and several at once", "[execution][agent]") {
  AgentFixture fixture;
  const std::string ready = R"({"ready":{"python":"3.11.2"}})";
  const std::string frame = std::string("\0\0\0", 3) + static_cast<char>(ready.size()) + ready;
  for (const char byte : frame) {
    CHECK(fixture.process.state() == AgentState::starting);
    fixture.agent.send_bytes({&byte, 1});
    fixture.loop.settle();
  }
  CHECK(fixture.process.state() == AgentState::idle);
  fixture.begin(1);
  fixture.agent.send_bytes(frame + frame);
  fixture.agent.say_result(1);
  fixture.loop.settle();
  CHECK(fixture.process.state() == AgentState::finished);
}

TEST_CASE("a program that is larger than the socket's buffer arrives whole", "[execution][agent]") {
  AgentFixture fixture;
  fixture.agent.say_ready();
  fixture.loop.settle();
  const std::string code(std::size_t{3} << 20, '#');
  fixture.process.begin(1, code);
  std::optional<test::FakeAgent::Program> program;
  fixture.loop.run_until([&] {
    program = fixture.agent.next_program();
    return program.has_value();
  });
  CHECK(program->code == code);
}

TEST_CASE("a program that is not UTF-8 is repaired on its way", "[execution][agent]") {
  AgentFixture fixture;
  fixture.agent.say_ready();
  fixture.loop.settle();
  fixture.process.begin(1, "'caf\xE9'");
  fixture.loop.settle();
  CHECK(fixture.agent.next_program()->code == "'caf\xEF\xBF\xBD'");
}

TEST_CASE("waiting ends when the state changes", "[execution][agent]") {
  AgentFixture fixture;
  fixture.begin(1);
  auto wait = fixture.loop.start(
      fixture.process.wait_while(AgentState::running, fixture.clock, fixture.clock.now() + 10s));
  CHECK_FALSE(wait.done());
  fixture.agent.say_result(1);
  fixture.loop.settle();
  CHECK(wait.done());
  CHECK_FALSE(fixture.clock.has_timers());
}

TEST_CASE("waiting for a state that is over ends at once", "[execution][agent]") {
  AgentFixture fixture;
  const auto wait = fixture.loop.start(
      fixture.process.wait_while(AgentState::idle, fixture.clock, fixture.clock.now() + 10s));
  CHECK(wait.done());
}

TEST_CASE("waiting ends at its deadline and leaves the state as it is", "[execution][agent]") {
  AgentFixture fixture;
  fixture.begin(1);
  auto wait = fixture.loop.start(
      fixture.process.wait_while(AgentState::running, fixture.clock, fixture.clock.now() + 10s));
  fixture.clock.advance(9s);
  fixture.loop.settle();
  CHECK_FALSE(wait.done());
  fixture.clock.advance(1s);
  fixture.loop.settle();
  CHECK(wait.done());
  CHECK(fixture.process.state() == AgentState::running);
}

TEST_CASE("a cancelled wait leaves no timer behind", "[execution][agent]") {
  AgentFixture fixture;
  fixture.begin(1);
  auto wait = fixture.loop.start(
      fixture.process.wait_while(AgentState::running, fixture.clock, fixture.clock.now() + 10s));
  wait.cancel();
  fixture.loop.settle();
  CHECK(wait.done());
  CHECK_FALSE(fixture.clock.has_timers());
  fixture.clock.advance(10s);
}

TEST_CASE("an agent that is hung up on is gone for those who wait in it", "[execution][agent]") {
  AgentFixture fixture;
  fixture.begin(1);
  auto wait = fixture.loop.start(
      fixture.process.wait_while(AgentState::running, fixture.clock, fixture.clock.now() + 10s));
  fixture.process.hang_up();
  fixture.loop.settle();
  CHECK(wait.done());
  CHECK(fixture.process.state() == AgentState::gone);
  CHECK_THROWS(fixture.agent.say_ready());  // nobody listens
}

TEST_CASE("writing to an agent that has gone does not end us with SIGPIPE", "[execution][agent]") {
  const bool noticed = GENERATE(true, false);
  DYNAMIC_SECTION((noticed ? "after we noticed" : "before we noticed")) {
    AgentFixture fixture;
    fixture.begin(1);
    fixture.agent.die();
    if (noticed) fixture.loop.settle();
    fixture.process.begin(2, "1");
    fixture.loop.settle();
    CHECK(fixture.process.state() == AgentState::gone);
  }
}

}  // namespace
}  // namespace dynsessions::execution
