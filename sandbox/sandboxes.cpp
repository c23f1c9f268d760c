#include "sandbox/sandboxes.h"

#include <csignal>

#include <fcntl.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "sandbox/child.h"
#include "sandbox/child_report.h"
#include "sandbox/verification.h"

namespace dynsessions::sandbox {
namespace {

struct FdPair {
  UniqueFd ours;
  UniqueFd theirs;
};

FdPair make_socket_pair(int type) {
  int fds[2];
  if (::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds) < 0) throw StepError("socket pair", errno);
  return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

FdPair make_pipe() {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) < 0) throw StepError("pipe", errno);
  return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

/// A child that is killed and reaped again unless everything went well.
class UnfinishedProcess {
 public:
  explicit UnfinishedProcess(pid_t pid) : pid_(pid) {}
  UnfinishedProcess(const UnfinishedProcess&) = delete;
  UnfinishedProcess& operator=(const UnfinishedProcess&) = delete;
  ~UnfinishedProcess() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  [[nodiscard]] pid_t get() const { return pid_; }
  [[nodiscard]] pid_t keep() { return std::exchange(pid_, 0); }

 private:
  pid_t pid_;
};

void require(const StepResult& result, const char* step) {
  if (result.ok()) return;
  char name[sizeof(ChildReport::step)];
  format_step({step, result.detail, result.error_number}, name, sizeof(name));
  throw StepError(name, result.error_number);
}

void require_no_failure(const ChildOutcome& outcome) {
  if (outcome.failure.error_number == 0) return;
  throw StepError(outcome.failure.step, outcome.failure.error_number);
}

void require_confined(const char* weakness) {
  if (weakness != nullptr) throw StepError(std::string("verify ") + weakness, EPERM);
}

/// Init answers within microseconds; ten seconds mean that the machine is in distress.
void bound_waiting(int socket) {
  const timeval patience{10, 0};
  require(checked(::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience))),
          "channel");
}

void map_ids(const SandboxPlan& plan, pid_t pid) {
  require(write_id_maps(pid, kInsideUid, plan.outside_uid, kInsideGid, plan.outside_gid),
          "map ids");
}

}  // namespace

CreatedSandbox create_sandbox(const SandboxPlan& plan) {
  FdPair report = make_socket_pair(SOCK_SEQPACKET);
  FdPair channel = make_socket_pair(SOCK_STREAM);
  bound_waiting(channel.ours.get());
  UnfinishedProcess init(clone_process(kSandboxNamespaces));
  if (init.get() < 0) throw StepError("clone", errno);
  if (init.get() == 0) {
    InitContext context{plan, report.theirs.get(), channel.theirs.get()};
    run_first_process(context);
  }
  report.theirs = UniqueFd();
  channel.theirs = UniqueFd();
  CreatedSandbox created;
  require(open_namespaces(init.get(), created.sandbox.namespaces), "open namespaces");
  map_ids(plan, init.get());
  require(checked(::send(channel.ours.get(), "g", 1, MSG_NOSIGNAL)), "go");
  ChildOutcome outcome = await_child(report.ours.get());
  require_no_failure(outcome);
  require_confined(find_weakness(init.get(), plan.outside_uid, plan.outside_gid));
  if (!outcome.descriptor) throw StepError("data directory", EBADF);
  created.data_directory = std::move(outcome.descriptor);
  created.sandbox.channel = std::move(channel.ours);
  created.sandbox.init = init.keep();
  return created;
}

InterpreterStreams start_interpreter(const SandboxPlan& plan, Sandbox& sandbox) {
  kill_all_but_init(sandbox);
  FdPair report = make_socket_pair(SOCK_SEQPACKET);
  FdPair control = make_socket_pair(SOCK_STREAM);
  FdPair output = make_pipe();
  FdPair error = make_pipe();
  UnfinishedProcess helper(clone_process(0));
  if (helper.get() < 0) throw StepError("fork", errno);
  if (helper.get() == 0) {
    InterpreterContext context{plan,
                               sandbox.namespaces,
                               report.theirs.get(),
                               control.theirs.get(),
                               output.theirs.get(),
                               error.theirs.get()};
    run_entering_helper(context);
  }
  report.theirs = UniqueFd();
  const ChildOutcome outcome = await_child(report.ours.get());
  UnfinishedProcess interpreter(outcome.started);
  require_no_failure(outcome);
  if (interpreter.get() == 0) throw StepError("start inside", ECHILD);
  require_confined(find_weakness(interpreter.get(), plan.outside_uid, plan.outside_gid));
  require_confined(find_leak(interpreter.get(), sandbox.namespaces));
  sandbox.interpreter = interpreter.keep();
  return {std::move(control.ours), std::move(output.ours), std::move(error.ours)};
}

void kill_all_but_init(const Sandbox& sandbox) {
  const int channel = sandbox.channel.get();
  require(checked(::send(channel, "k", 1, MSG_NOSIGNAL)), "kill");
  char answer = 0;
  const ssize_t size = ::recv(channel, &answer, sizeof(answer), 0);
  if (size == sizeof(answer)) return;
  const int error_number = size == 0 ? ESRCH : errno;
  // Its answer might still come and be taken for that to a later order: the sandbox is beyond use.
  ::kill(sandbox.init, SIGKILL);
  throw StepError("kill: init does not answer", error_number);
}

}  // namespace dynsessions::sandbox
