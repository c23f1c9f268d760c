#include "emulator/execution/agent_process.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "tests/support/catch.h"
#include "tests/unit/execution/agent_fixture.h"

namespace dynsessions::execution {
namespace {

using namespace std::chrono_literals;

TEST_CASE("an agent goes from starting to idle, running, finished and idle again",
          "[execution][agent]") {
  AgentFixture fixture;
  CHECK(fixture.process.state() == AgentState::starting);

  fixture.agent.say_ready();
  fixture.loop.settle();
  CHECK(fixture.process.state() == AgentState::idle);

  fixture.process.begin({7, "1+1", 1000});
  CHECK(fixture.process.state() == AgentState::running);
  fixture.loop.settle();
  const auto program = fixture.agent.next_program();
  REQUIRE(program);
  CHECK(program->id == 7);
  CHECK(program->code == "1+1");

  fixture.agent.say_result(7, R"({"kind":"text","text":"2"})");
  fixture.loop.settle();
  REQUIRE(fixture.process.state() == AgentState::finished);
  const AgentResult result = fixture.process.take_result();
  CHECK(result.ok);
  CHECK((result.value == ExecutionValue(TextValue{"2"})));

  (void)fixture.end();
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
       [](auto& agent) { agent.send_bytes(std::string("\0\0\x10\x01", 4)); }},
      {"a frame of another kind", [](auto& agent) { agent.send_frame(R"({"hello":{}})"); }},
      {"a result without its parts",
       [](auto& agent) { agent.send_frame(R"({"result":{"id":1}})"); }},
      {"an id below zero",
       [](auto& agent) {
         agent.send_frame(
             R"({"result":{"id":-1,"ok":true,"value":{"kind":"none"},"traceback":0}})");
       }},
      {"a frame that is not UTF-8",
       [](auto& agent) { agent.send_frame("{\"ready\":{\"python\":\"\xFF\"}}"); }},
      {"deep nesting",
       [](auto& agent) { agent.send_frame(std::string(1000, '[') + std::string(1000, ']')); }},
      {"more texts than a result may have",
       [](auto& agent) {
         agent.send_frame(
             R"({"result":{"id":1,"ok":true,"value":{"kind":"none"},"traceback":33554433}})");
       }},
      {"half a text, then the end",
       [](auto& agent) {
         agent.send_frame(R"({"result":{"id":1,"ok":true,"value":{"kind":"none"},"traceback":9}})",
                          "half");
         agent.close_control();
       }},
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
  CHECK((fixture.process.take_result().value == ExecutionValue(TextValue{"first"})));
  (void)fixture.end();

  fixture.begin(8);
  CHECK(fixture.process.state() == AgentState::running);
}

TEST_CASE("an agent whose program is given up is gone", "[execution][agent]") {
  AgentFixture fixture;
  fixture.begin(7);
  (void)fixture.end();
  CHECK(fixture.process.state() == AgentState::gone);
}

/// Fills the control socket from the agent's end; returns how many bytes it took.
std::size_t fill_control(AgentFixture& fixture, std::size_t most) {
  const std::string piece(4096, 'x');
  std::size_t total = 0;
  while (total < most) {
    const ssize_t count =
        ::send(fixture.agent.control_fd(), piece.data(), piece.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0) break;
    total += static_cast<std::size_t>(count);
    fixture.loop.settle();
  }
  return total;
}

TEST_CASE("nothing is read from an agent while no frame is awaited", "[execution][agent]") {
  constexpr std::size_t kMost = std::size_t{8} << 20;
  AgentFixture fixture;
  fixture.agent.say_ready();
  fixture.loop.settle();
  SECTION("before the first program") {}
  SECTION("after a program") {
    fixture.begin(1);
    fixture.agent.say_result(1);
    fixture.loop.settle();
    (void)fixture.end();
  }
  REQUIRE(fixture.process.state() == AgentState::idle);
  // Sends a header that announces 63 MiB, and the beginning of the frame: it fills only the
  // kernel's buffer.
  fixture.agent.send_bytes(std::string("\x03\xF0\0\0", 4));
  CHECK(fill_control(fixture, kMost) < std::size_t{1} << 20);
  CHECK(fixture.process.state() == AgentState::idle);

  fixture.process.begin({2, "pass", 1000});
  fixture.loop.settle();
  CHECK(fixture.process.state() == AgentState::gone);
}

TEST_CASE("an agent that leaves while it is idle is gone", "[execution][agent]") {
  AgentFixture fixture;
  fixture.begin(1);
  fixture.agent.say_result(1);
  fixture.loop.settle();
  SECTION("after its program") {
    (void)fixture.end();
    fixture.agent.send_bytes("bytes that are never read");
    fixture.agent.die();
    fixture.loop.settle();
    CHECK(fixture.process.state() == AgentState::gone);
  }
  SECTION("before its result was taken, which still counts") {
    fixture.agent.die();
    fixture.loop.settle();
    CHECK(fixture.process.state() == AgentState::finished);
    CHECK(fixture.process.take_result().ok);
    (void)fixture.end();
    CHECK(fixture.process.state() == AgentState::gone);
  }
}

TEST_CASE("half a frame ends the agent after its time", "[execution][agent]") {
  struct Row {
    std::string what;
    void (*act)(test::FakeAgent&);
  };
  const auto row = GENERATE(values<Row>({
      {"half a header", [](auto& agent) { agent.send_bytes(std::string("\0\0", 2)); }},
      {"half a frame", [](auto& agent) { agent.send_bytes(std::string("\0\0\0\x40{\"res", 9)); }},
      {"half a text",
       [](auto& agent) {
         agent.send_frame(
             R"({"result":{"id":1,"ok":true,"value":{"kind":"text","text":9},"traceback":0}})",
             "half");
       }},
      {"half a text of another program",
       [](auto& agent) {
         agent.send_frame(
             R"({"result":{"id":9,"ok":true,"value":{"kind":"text","text":9},"traceback":0}})",
             "half");
       }},
  }));
  DYNAMIC_SECTION(row.what) {
    AgentFixture fixture;
    fixture.begin(1);
    row.act(fixture.agent);
    fixture.loop.settle();
    fixture.clock.advance(9s);
    fixture.loop.settle();
    CHECK(fixture.process.state() == AgentState::running);
    fixture.clock.advance(1s);
    fixture.loop.settle();
    CHECK(fixture.process.state() == AgentState::gone);
  }
}

TEST_CASE("a result may have long texts", "[execution][agent]") {
  constexpr std::size_t kSize = std::size_t{5} << 20;
  AgentFixture fixture;
  fixture.begin(1);
  fixture.agent.send_frame(
      R"({"result":{"id":1,"ok":true,"value":{"kind":"string","repr":5242880,"characters":3},)"
      R"("traceback":4}})");
  const std::string text(4096, 'r');
  for (std::size_t sent = 0; sent < kSize; sent += text.size()) {
    fixture.agent.send_bytes(text);
    fixture.loop.run_until([&] {
      int unread = 0;
      ::ioctl(fixture.agent.control_fd(), SIOCOUTQ, &unread);
      return unread == 0;
    });
  }
  fixture.agent.send_bytes("chatrac");
  fixture.loop.run_until([&] { return fixture.process.state() == AgentState::finished; });
  const AgentResult result = fixture.process.take_result();
  const auto& value = std::get<StringValue>(result.value);
  CHECK(value.repr.size() == kSize);
  CHECK_FALSE(value.repr.is_in_memory());
  CHECK(value.characters == "cha");
  CHECK(result.traceback == "trac");
  std::string end(10, ' ');
  value.repr.read(kSize - end.size(), end);
  CHECK(end == std::string(10, 'r'));
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
  fixture.process.begin({1, code, 1000});
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
  fixture.process.begin({1, "'caf\xE9'", 1000});
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
  CHECK_THROWS(fixture.agent.say_ready());  // the socket is closed
}

TEST_CASE("writing to an agent that has gone does not end us with SIGPIPE", "[execution][agent]") {
  const bool noticed = GENERATE(true, false);
  DYNAMIC_SECTION((noticed ? "after we noticed" : "before we noticed")) {
    AgentFixture fixture;
    fixture.begin(1);
    fixture.agent.die();
    if (noticed) fixture.loop.settle();
    fixture.process.begin({2, "1", 1000});
    fixture.loop.settle();
    CHECK(fixture.process.state() == AgentState::gone);
  }
}

}  // namespace
}  // namespace dynsessions::execution
