#include "tests/sandbox/steps.h"

#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/catch.h"

namespace dynsessions::sandbox::test {

UniqueFd create(LauncherHarness& launcher, std::uint64_t sandbox) {
  Received<Reply> reply = launcher.request(RequestKind::create_sandbox, sandbox);
  INFO("step: " << step_name(reply.message) << ", errno " << reply.message.error_number);
  REQUIRE(reply.message.kind == ReplyKind::done);
  REQUIRE(reply.descriptors.size() == 1);
  return std::move(reply.descriptors[0]);
}

Interpreter start(LauncherHarness& launcher, std::uint64_t sandbox, std::uint32_t id) {
  return take_interpreter(launcher.request(RequestKind::start_interpreter, sandbox, id));
}

Interpreter start_running(LauncherHarness& launcher, const std::string& program,
                          std::uint64_t sandbox, std::uint32_t id) {
  Interpreter interpreter = start(launcher, sandbox, id);
  const std::string order = "{\"program\":\"" + program + "\",\"arguments\":{}}\n";
  REQUIRE(::send(interpreter.control.get(), order.data(), order.size(), MSG_NOSIGNAL) > 0);
  char answer[8];
  REQUIRE(::read(interpreter.output.get(), answer, sizeof(answer)) == sizeof(answer));
  return interpreter;
}

Interpreter start_staying(LauncherHarness& launcher, std::uint64_t sandbox, std::uint32_t id) {
  return start_running(launcher, "stay", sandbox, id);
}

void await_zygote(LauncherHarness& launcher) {
  create(launcher, 99);
  start(launcher, 99);
  REQUIRE(launcher.request(RequestKind::destroy_sandbox, 99).message.kind == ReplyKind::done);
  launcher.next_event();
}

void require_failed(const Received<Reply>& reply, const std::string& step, int error_number) {
  CHECK(reply.message.kind == ReplyKind::failed);
  CHECK(step_name(reply.message) == step);
  CHECK(reply.message.error_number == error_number);
  CHECK(reply.descriptors.empty());
}

}  // namespace dynsessions::sandbox::test
