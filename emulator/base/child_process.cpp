#include "emulator/base/child_process.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace dynsessions {
namespace {

using std::chrono::ceil;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using Kind = ChildProcess::Kind;

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

/// Destinations of a child's output. Without `errors`, the child inherits stderr.
struct ChildOutputs {
  int output;
  int errors;
};

/// Runs in the child, so it makes only system calls. 127 is the exit code of a shell for a program
/// that it cannot start.
[[noreturn]] void become(char* const* arguments, ChildOutputs to, pid_t parent, Kind kind) {
  const bool ready =
      ::prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && ::getppid() == parent &&
      ::dup2(to.output, STDOUT_FILENO) >= 0 &&
      (kind == Kind::helper || (::setpgid(0, 0) == 0 && ::dup2(to.errors, STDERR_FILENO) >= 0));
  if (ready) {
    ::signal(SIGPIPE, SIG_DFL);
    ::execv(arguments[0], arguments);
  }
  ::_exit(127);
}

/// Returns false if there is nothing to read by then, not even the end.
bool can_read_before(int fd, steady_clock::time_point end) {
  while (true) {
    const auto left = ceil<milliseconds>(end - steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd waited{fd, POLLIN, 0};
    const int ready = ::poll(&waited, 1, static_cast<int>(left.count()));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) fail("poll");
  }
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& arguments, Kind kind) {
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (const std::string& argument : arguments) {
    // execv takes non-const pointers for historical reasons.
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) fail("pipe2");
  output_ = UniqueFd(ends[0]);
  const UniqueFd write_end(ends[1]);
  if (kind == Kind::server) errors_ = UniqueFd(::memfd_create("stderr", MFD_CLOEXEC));
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ < 0) fail("fork");
  if (pid_ == 0) become(argv.data(), {write_end.get(), errors_.get()}, parent, kind);
}

ChildProcess::~ChildProcess() {
  if (pid_ >= 0) stop();
}

bool ChildProcess::read_byte(char& byte) {
  while (true) {
    const ssize_t size = ::read(output_.get(), &byte, 1);
    if (size == 1) return true;
    if (size == 0) return false;
    if (errno != EINTR) fail("read");
  }
}

std::string ChildProcess::read_line() {
  std::string line;
  for (char byte = 0; read_byte(byte) && byte != '\n';) line += byte;
  return line;
}

std::string ChildProcess::read_all() {
  std::string text;
  for (char byte = 0; read_byte(byte);) text += byte;
  return text;
}

std::optional<std::string> ChildProcess::read_until(steady_clock::time_point end) {
  std::string text;
  for (char byte = 0; can_read_before(output_.get(), end); text += byte) {
    if (!read_byte(byte)) return text;
  }
  return std::nullopt;
}

std::optional<std::string> ChildProcess::read_all(milliseconds timeout) {
  auto text = read_until(steady_clock::now() + timeout);
  ::kill(pid_, SIGKILL);  // the child can have closed its output and still run
  return text;
}

std::string ChildProcess::take_stderr() {
  std::string text;
  char piece[4096];
  for (ssize_t size = 0; (size = ::pread(errors_.get(), piece, sizeof piece, errors_read_)) > 0;) {
    errors_read_ += size;
    text.append(piece, static_cast<std::size_t>(size));
  }
  return text;
}

int ChildProcess::stop() {
  ::kill(pid_, SIGTERM);
  return wait();
}

int ChildProcess::wait() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string last_line_of(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text.substr(text.rfind('\n') + 1);  // npos + 1 is 0
}

}  // namespace dynsessions
