#include "tests/support/launcher_harness.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>

namespace dynsessions::sandbox::test {
namespace {

constexpr int kPatienceMilliseconds = 120'000;  // a busy machine, a sanitizer's build

void wait_readable(int fd, const char* what) {
  pollfd readable{fd, POLLIN, 0};
  if (::poll(&readable, 1, kPatienceMilliseconds) <= 0) {
    throw std::runtime_error(std::string("no answer: ") + what);
  }
}

pid_t spawn(std::vector<std::string> command) {
  std::vector<char*> argv;
  for (std::string& word : command) argv.push_back(word.data());
  argv.push_back(nullptr);
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::execv(argv.front(), argv.data());
    ::_exit(127);
  }
  return pid;
}

std::map<pid_t, pid_t> parents_of_all() {
  std::map<pid_t, pid_t> parents;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::ifstream file(entry.path() / "status");
    pid_t pid = 0;
    pid_t parent = 0;
    for (std::string word; file >> word;) {
      if (word == "Pid:") file >> pid;
      if (word == "PPid:") file >> parent;
    }
    if (pid != 0) parents[pid] = parent;
  }
  return parents;
}

}  // namespace

bool forks_interpreters() { return std::getenv("DYNSESSIONS_NO_ZYGOTE") == nullptr; }

LaunchSpec program_spec() {
  LaunchSpec spec;
  spec.binds = {{SANDBOX_PROGRAMS, "/opt/programs"}, {INTERPRETER_AGENT, "/opt/dynsessions"}};
  spec.interpreter = {"/usr/bin/python3", "-I", "-B", "/opt/programs/run.py"};
  spec.environment = {"HOME=/tmp", "PATH=/usr/bin:/bin", "LANG=C.UTF-8"};
  if (forks_interpreters()) {
    spec.zygote = {"/usr/bin/python3", "-I", "-B", "/opt/programs/zygote.py"};
  }
  return spec;
}

LaunchSpec program_spec(Tier tier) {
  LaunchSpec spec = program_spec();
  if (tier == Tier::full) return spec;
  spec.tier = tier;
  spec.binds = {{SANDBOX_PROGRAMS, SANDBOX_PROGRAMS}, {INTERPRETER_AGENT, INTERPRETER_AGENT}};
  spec.interpreter.back() = std::string(SANDBOX_PROGRAMS) + "/run.py";
  spec.zygote.clear();
  spec.path_library = std::string(INTERPRETER_AGENT) + "/session_paths.so";
  return spec;
}

LauncherHarness::LauncherHarness(const LaunchSpec& spec, const std::vector<std::string>& prefix)
    : has_zygote_(!spec.zygote.empty()) {
  int pair[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
    throw std::system_error(errno, std::generic_category(), "socketpair");
  }
  socket_ = UniqueFd(pair[0]);
  const UniqueFd theirs(pair[1]);
  const UniqueFd inherited(::dup(theirs.get()));  // without close-on-exec
  std::vector<std::string> command = prefix;
  command.insert(command.end(), {SANDBOX_LAUNCHER, std::to_string(inherited.get())});
  pid_ = spawn(command);
  const std::string text = to_json(spec);
  send_message(socket_.get(), text.data(), text.size());
  greeting_ = receive().message;
}

LauncherHarness::~LauncherHarness() {
  if (pid_ != 0) hang_up();
}

int LauncherHarness::hang_up() {
  socket_ = UniqueFd();
  int status = 0;
  const UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  pollfd ended{process.get(), POLLIN, 0};
  if (::poll(&ended, 1, kPatienceMilliseconds) <= 0) ::kill(pid_, SIGKILL);
  ::waitpid(std::exchange(pid_, 0), &status, 0);
  return status;
}

Received<Reply> LauncherHarness::receive() {
  wait_readable(socket_.get(), "launcher");
  bool would_block = false;
  auto received = receive_message<Reply>(socket_.get(), would_block);
  if (!received) throw std::runtime_error("the launcher is gone");
  return std::move(*received);
}

Received<Reply> LauncherHarness::request(RequestKind kind, std::uint64_t sandbox_id,
                                         std::uint32_t interpreter_id) {
  Request request{};
  const bool forks = has_zygote_ && kind == RequestKind::start_interpreter;
  request.kind = forks ? RequestKind::fork_interpreter : kind;
  request.request_id = ++last_request_;
  request.sandbox_id = sandbox_id;
  request.interpreter_id = interpreter_id;
  send_message(socket_.get(), &request, sizeof(request));
  for (;;) {
    Received<Reply> received = receive();
    if (received.message.request_id == request.request_id) return received;
    events_.push_back(received.message);
  }
}

Reply LauncherHarness::next_event() {
  if (events_.empty()) return receive().message;
  const Reply event = events_.front();
  events_.pop_front();
  return event;
}

Interpreter take_interpreter(Received<Reply> reply) {
  if (reply.message.kind != ReplyKind::done || reply.descriptors.size() != 3) {
    throw std::runtime_error("not started: " + std::string(step_name(reply.message)) + ", errno " +
                             std::to_string(reply.message.error_number));
  }
  return {std::move(reply.descriptors[0]), std::move(reply.descriptors[1]),
          std::move(reply.descriptors[2])};
}

std::string read_all(int fd) {
  std::string text;
  std::array<char, 4096> buffer{};
  for (;;) {
    wait_readable(fd, "stream");
    const ssize_t size = ::read(fd, buffer.data(), buffer.size());
    if (size <= 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(size));
  }
}

std::string run_program(const Interpreter& interpreter, const std::string& program,
                        const std::string& json_arguments) {
  const std::string order =
      "{\"program\":\"" + program + "\",\"arguments\":" + json_arguments + "}\n";
  if (::send(interpreter.control.get(), order.data(), order.size(), MSG_NOSIGNAL) < 0) {
    throw std::system_error(errno, std::generic_category(), "control socket");
  }
  std::string output = read_all(interpreter.output.get());
  if (output.empty()) throw std::runtime_error(program + ": " + read_all(interpreter.error.get()));
  return output;
}

std::vector<pid_t> descendants(pid_t ancestor) {
  const auto parents = parents_of_all();
  std::vector<pid_t> result;
  for (const auto& [pid, parent] : parents) {
    pid_t above = parent;
    while (above != 0 && above != ancestor && parents.contains(above)) above = parents.at(above);
    if (above == ancestor) result.push_back(pid);
  }
  return result;
}

bool all_gone(const std::vector<pid_t>& processes) {
  for (const pid_t pid : processes) {
    const UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!process) continue;
    pollfd ended{process.get(), POLLIN, 0};
    if (::poll(&ended, 1, 10'000) <= 0) return false;
  }
  return true;
}

}  // namespace dynsessions::sandbox::test
