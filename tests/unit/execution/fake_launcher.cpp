#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "sandbox/protocol/launcher_protocol.h"
#include "sandbox/protocol/launcher_spec.h"
#include "sandbox/protocol/sandbox_profile.h"
#include "tests/support/fake_agent.h"

/// A launcher without sandboxes: speaks launcher_protocol.h and plays the interpreters itself. The
/// variable FAKE_LAUNCHER_ORDERS lists its mistakes, see launcher_fixture.h; the program selects
/// what an interpreter does:
///
///   print X      prints X and succeeds        raise      fails with a traceback
///   hang         ends only when interrupted   ignore     ends only when killed
///   die          ends its interpreter         count      number of programs of its interpreter
///   die with X   the same, last words X       hang with X  the same, first prints X
///   die of memory, die of files  the same, and the launcher reports it when asked to end it
///   end          succeeds, and ends its interpreter a moment later
namespace dynsessions {
namespace {

using sandbox::Received;
using sandbox::Reply;
using sandbox::ReplyKind;
using sandbox::Request;
using sandbox::RequestKind;

struct Interpreter {
  test::FakeAgent agent;
  std::optional<std::uint64_t> interruptible;  ///< id of a program that hangs
  int programs = 0;
  sandbox::ExceededLimit exceeded{};
};

class FakeLauncher {
 public:
  explicit FakeLauncher(int socket) : socket_(socket) {}
  void run();

 private:
  [[nodiscard]] bool read_spec();
  [[nodiscard]] bool take_request();
  void serve(const Request& request);
  void start_interpreter(const Request& request);
  void interrupt(Interpreter& interpreter);
  void end(const Request& request);
  void run_programs(Interpreter& interpreter);
  void run_program(Interpreter& interpreter, const test::FakeAgent::Program& program);
  void greet();
  void answer(const Request& request, const std::vector<int>& descriptors = {});
  void answer_failed(std::uint64_t request_id, std::string_view step);
  void chatter();
  [[nodiscard]] bool is_ordered_to(std::string_view what) const {
    return std::find(orders_.begin(), orders_.end(), what) != orders_.end();
  }

  int socket_;
  std::vector<std::string> orders_;
  std::set<std::uint64_t> profiles_;
  /// The limits that ended interpreters exceeded.
  std::map<std::pair<std::uint64_t, std::uint32_t>, sandbox::ExceededLimit> exceeded_;
  /// Interpreters by sandbox and their id in it.
  std::map<std::pair<std::uint64_t, std::uint32_t>, std::unique_ptr<Interpreter>> interpreters_;
};

std::string_view name_of(RequestKind kind) {
  switch (kind) {
    case RequestKind::define_profile:
      return "define";
    case RequestKind::forget_profile:
      return "forget";
    case RequestKind::create_sandbox:
      return "create";
    case RequestKind::start_interpreter:
    case RequestKind::fork_interpreter:
      return "start";
    case RequestKind::interrupt_interpreter:
      return "interrupt";
    case RequestKind::kill_interpreter:
      return "kill";
    case RequestKind::destroy_sandbox:
      return "destroy";
    case RequestKind::ping:
      return "ping";
  }
  return {};
}

/// Returns the text after `prefix`; null if the text does not begin with it.
const char* after(const std::string& text, std::string_view prefix) {
  return text.starts_with(prefix) ? text.c_str() + prefix.size() : nullptr;
}

bool FakeLauncher::read_spec() {
  std::string text(sandbox::kMaxSpecBytes, '\0');
  const ssize_t size = ::read(socket_, text.data(), text.size());
  if (size <= 0) return false;
  text.resize(static_cast<std::size_t>(size));
  (void)sandbox::launcher_spec_from_json(text);
  const char* lines = std::getenv("FAKE_LAUNCHER_ORDERS");  // NOLINT(concurrency-mt-unsafe)
  std::istringstream orders(lines == nullptr ? "" : lines);
  for (std::string order; std::getline(orders, order);) orders_.push_back(order);
  if (is_ordered_to("refuse the spec")) {
    answer_failed(0, "namespaces");
    return false;
  }
  greet();
  for (const std::string& order : orders_) {
    // Opening a FIFO blocks until the test opens its other end.
    if (const char* path = after(order, "do not read until opened: ")) {
      ::close(::open(path, O_RDONLY | O_CLOEXEC));
    }
  }
  return true;
}

void FakeLauncher::run() {
  if (!read_spec()) return;
  for (bool connected = true; connected;) {
    std::vector<pollfd> waiting{{socket_, POLLIN, 0}};
    for (const auto& [id, interpreter] : interpreters_) {
      waiting.push_back({interpreter->agent.control_fd(), POLLIN, 0});
    }
    if (::poll(waiting.data(), waiting.size(), -1) < 0) return;
    for (auto& [id, interpreter] : interpreters_) {
      run_programs(*interpreter);
      if (interpreter->exceeded != sandbox::ExceededLimit::none) {
        exceeded_[id] = interpreter->exceeded;
      }
    }
    if (waiting.front().revents != 0) connected = take_request();
    while (!connected && is_ordered_to("outlive its socket")) ::pause();
    // An agent whose server has gone is dropped, because poll would return at once for ever.
    std::erase_if(interpreters_, [&](const auto& entry) {
      return std::any_of(waiting.begin() + 1, waiting.end(), [&](const pollfd& polled) {
        return polled.fd == entry.second->agent.control_fd() && (polled.revents & POLLHUP) != 0;
      });
    });
  }
}

bool FakeLauncher::take_request() {
  bool would_block = false;
  const auto received = sandbox::receive_request(socket_, would_block);
  if (!received) return false;
  const std::string name(name_of(received->request.kind));
  if (is_ordered_to("die at " + name)) return false;
  if (is_ordered_to("ignore " + name)) return true;
  if (std::erase(orders_, "ignore " + name + " once") > 0) return true;
  if (is_ordered_to("chatter")) chatter();
  if (is_ordered_to("send nonsense at " + name)) {
    sandbox::send_message(socket_, "nonsense", 8);
  } else if (is_ordered_to("fail at " + name)) {
    answer_failed(received->request.request_id, "step of " + name);
  } else {
    if (!received->profile.empty()) (void)sandbox::sandbox_profile_from_json(received->profile);
    serve(received->request);
  }
  return true;
}

void FakeLauncher::serve(const Request& request) {
  const auto found = interpreters_.find({request.sandbox_id, request.interpreter_id});
  switch (request.kind) {
    case RequestKind::define_profile:
      profiles_.insert(request.profile_id);
      return answer(request);
    case RequestKind::forget_profile:
      profiles_.erase(request.profile_id);
      return answer(request);
    case RequestKind::create_sandbox: {
      if (request.profile_id != 0 && !profiles_.contains(request.profile_id)) {
        return answer_failed(request.request_id, "create: no such profile");
      }
      const UniqueFd directory(::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
      return answer(request, {directory.get()});
    }
    case RequestKind::start_interpreter:
    case RequestKind::fork_interpreter:
      return start_interpreter(request);
    case RequestKind::interrupt_interpreter:
      if (found != interpreters_.end()) interrupt(*found->second);
      return answer(request);
    case RequestKind::kill_interpreter:
      return end(request);
    case RequestKind::destroy_sandbox:
      std::erase_if(interpreters_,
                    [&](const auto& entry) { return entry.first.first == request.sandbox_id; });
      return answer(request);
    case RequestKind::ping:
      return answer(request);
  }
}

void FakeLauncher::start_interpreter(const Request& request) {
  auto interpreter = std::make_unique<Interpreter>();
  std::vector<UniqueFd> ends = interpreter->agent.take_server_ends();
  if (is_ordered_to("start dead interpreters")) {
    interpreter->agent.die();
  } else if (!is_ordered_to("start mute interpreters")) {
    interpreter->agent.say_ready();
  }
  answer(request, {ends[0].get(), ends[1].get(), ends[2].get()});
  if (is_ordered_to("start only one")) orders_.emplace_back("fail at start");
  interpreters_[{request.sandbox_id, request.interpreter_id}] = std::move(interpreter);
}

void FakeLauncher::interrupt(Interpreter& interpreter) {
  if (!interpreter.interruptible) return;
  interpreter.agent.say_failure(*interpreter.interruptible, "KeyboardInterrupt");
  interpreter.interruptible.reset();
}

void FakeLauncher::end(const Request& request) {
  const auto id = std::pair(request.sandbox_id, request.interpreter_id);
  Reply reply{};
  reply.kind = ReplyKind::done;
  reply.request_id = request.request_id;
  reply.sandbox_id = request.sandbox_id;
  reply.end.exceeded = std::exchange(exceeded_[id], {});
  interpreters_.erase(id);
  sandbox::send_message(socket_, &reply, sizeof reply);
}

void FakeLauncher::run_programs(Interpreter& interpreter) {
  while (const auto program = interpreter.agent.next_program()) run_program(interpreter, *program);
}

void FakeLauncher::run_program(Interpreter& interpreter, const test::FakeAgent::Program& program) {
  ++interpreter.programs;
  test::FakeAgent& agent = interpreter.agent;
  if (const char* text = after(program.code, "print ")) {
    agent.write_stdout(text);
    agent.say_result(program.id);
  } else if (program.code == "raise") {
    agent.write_stderr("a warning");
    agent.say_failure(program.id, "ValueError: no");
  } else if (program.code == "count") {
    agent.say_result(program.id,
                     R"({"kind":"text","text":")" + std::to_string(interpreter.programs) + "\"}");
  } else if (const char* value = after(program.code, "value ")) {
    agent.say_result(program.id, value);
  } else if (program.code == "end") {
    agent.say_result(program.id);
    agent.die();
  } else if (after(program.code, "hang")) {
    if (const char* words = after(program.code, "hang with ")) agent.write_stdout(words);
    interpreter.interruptible = program.id;
  } else if (after(program.code, "die")) {
    if (program.code == "die of memory") interpreter.exceeded = sandbox::ExceededLimit::memory;
    if (program.code == "die of files") interpreter.exceeded = sandbox::ExceededLimit::files;
    if (const char* words = after(program.code, "die with ")) agent.write_stdout(words);
    agent.die();
  }
}

void FakeLauncher::answer(const Request& request, const std::vector<int>& descriptors) {
  Reply reply{};
  reply.kind = ReplyKind::done;
  reply.request_id = request.request_id;
  reply.sandbox_id = request.sandbox_id;
  sandbox::send_message(socket_, &reply, sizeof reply, descriptors);
}

void FakeLauncher::greet() {
  Reply reply{};
  reply.kind = ReplyKind::done;
  reply.limits.processes = {sandbox::LimitKind::hard, sandbox::LimitMeans::resource_limit};
  if (is_ordered_to("have CPU groups")) {
    reply.limits.cpu = {sandbox::LimitKind::hard, sandbox::LimitMeans::cgroup_v1};
  }
  if (is_ordered_to("lack groups")) {
    reply.error_number = EACCES;
    std::string_view("cgroup memory").copy(reply.step, sizeof(reply.step) - 1);
  }
  sandbox::send_message(socket_, &reply, sizeof reply);
}

void FakeLauncher::answer_failed(std::uint64_t request_id, std::string_view step) {
  Reply reply{};
  reply.kind = ReplyKind::failed;
  reply.request_id = request_id;
  reply.error_number = EPERM;
  step.copy(reply.step, sizeof(reply.step) - 1);
  sandbox::send_message(socket_, &reply, sizeof reply);
}

/// Sends unrequested messages: an event, and an answer with a descriptor to a request that was
/// never sent.
void FakeLauncher::chatter() {
  Reply event{};
  event.kind = ReplyKind::interpreter_exited;
  sandbox::send_message(socket_, &event, sizeof event);
  Request never_sent{};
  never_sent.request_id = 1'000'000;
  answer(never_sent, {socket_});
}

}  // namespace
}  // namespace dynsessions

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  try {
    dynsessions::FakeLauncher(std::atoi(argv[1])).run();
  } catch (const std::system_error& error) {
    if (error.code() == std::errc::broken_pipe) return 0;  // the server hung up first
    std::fprintf(stderr, "fake-launcher: %s\n", error.what());
    return 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fake-launcher: %s\n", error.what());
    return 1;
  }
  return 0;
}
