#include "tests/support/launcher_harness.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace dynsessions::sandbox::test {
namespace {
// Long enough for a busy machine and sanitizer builds.
constexpr int kTimeoutMilliseconds = 120'000;

void wait_readable(int fd, const char* what) {
  pollfd readable{fd, POLLIN, 0};
  if (::poll(&readable, 1, kTimeoutMilliseconds) <= 0) {
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
  spec.profile.binds = {{SANDBOX_PROGRAMS, "/opt/programs"},
                        {INTERPRETER_AGENT, "/opt/dynsessions"}};
  spec.profile.interpreter = {"/usr/bin/python3", "-I", "-B", "/opt/programs/run.py"};
  spec.profile.environment = {"HOME=/tmp", "PATH=/usr/bin:/bin", "LANG=C.UTF-8"};
  if (forks_interpreters()) {
    spec.profile.zygote = {"/usr/bin/python3", "-I", "-B", "/opt/programs/zygote.py"};
  }
  return spec;
}

LaunchSpec program_spec(Tier tier) {
  LaunchSpec spec = program_spec();
  if (tier == Tier::full) return spec;
  spec.launcher.tier = tier;
  spec.profile.binds = {{SANDBOX_PROGRAMS, SANDBOX_PROGRAMS},
                        {INTERPRETER_AGENT, INTERPRETER_AGENT}};
  spec.profile.interpreter.back() = std::string(SANDBOX_PROGRAMS) + "/run.py";
  spec.profile.zygote.clear();
  spec.profile.path_library = std::string(INTERPRETER_AGENT) + "/path_redirect_preload.so";
  return spec;
}

LauncherHarness::LauncherHarness(const LaunchSpec& spec, const std::vector<std::string>& prefix) {
  int pair[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
    throw std::system_error(errno, std::generic_category(), "socketpair");
  }
  socket_ = UniqueFd(pair[0]);
  const UniqueFd launcher_end(pair[1]);
  const UniqueFd inherited(::dup(launcher_end.get()));  // a duplicate without close-on-exec
  std::vector<std::string> command = prefix;
  command.insert(command.end(), {SANDBOX_LAUNCHER, std::to_string(inherited.get())});
  pid_ = spawn(command);
  const std::string text = to_json(spec.launcher);
  send_message(socket_.get(), text.data(), text.size());
  greeting_ = definition_ = receive().message;
  if (greeting_.kind == ReplyKind::done) definition_ = define(spec.profile, kFirstProfile);
}

LauncherHarness::~LauncherHarness() {
  if (pid_ != 0) hang_up();
}

int LauncherHarness::hang_up() {
  socket_ = UniqueFd();
  int status = 0;
  const UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  pollfd ended{process.get(), POLLIN, 0};
  if (::poll(&ended, 1, kTimeoutMilliseconds) <= 0) ::kill(pid_, SIGKILL);
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
  if (kind == RequestKind::create_sandbox) return create(sandbox_id);
  const bool forks = kind == RequestKind::start_interpreter && forks_[profiles_[sandbox_id]];
  return reply_to(send({.kind = forks ? RequestKind::fork_interpreter : kind,
                        .interpreter_id = interpreter_id,
                        .sandbox_id = sandbox_id}));
}

Received<Reply> LauncherHarness::create(std::uint64_t sandbox_id, std::uint64_t profile_id) {
  profiles_[sandbox_id] = profile_id;
  return reply_to(send(
      {.kind = RequestKind::create_sandbox, .sandbox_id = sandbox_id, .profile_id = profile_id}));
}

Reply LauncherHarness::define(const SandboxProfile& profile, std::uint64_t profile_id) {
  forks_[profile_id] = !profile.zygote.empty();
  return reply_to(send({.kind = RequestKind::define_profile, .profile_id = profile_id},
                       to_json(profile)))
      .message;
}

Reply LauncherHarness::forget(std::uint64_t profile_id) {
  return reply_to(send({.kind = RequestKind::forget_profile, .profile_id = profile_id})).message;
}

std::uint64_t LauncherHarness::send(Request request, const std::string& profile) {
  request.request_id = ++last_request_;
  const std::string message = request_message(request, profile);
  send_message(socket_.get(), message.data(), message.size());
  return request.request_id;
}

Received<Reply> LauncherHarness::reply_to(std::uint64_t request_id) {
  while (!replies_.contains(request_id)) {
    Received<Reply> received = receive();
    const std::uint64_t id = received.message.request_id;
    if (id == 0) {
      events_.push_back(received.message);
    } else {
      replies_.emplace(id, std::move(received));
    }
  }
  return std::move(replies_.extract(request_id).mapped());
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
    if (::poll(&ended, 1, kTimeoutMilliseconds) <= 0) return false;
  }
  return true;
}

}  // namespace dynsessions::sandbox::test
