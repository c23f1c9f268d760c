#include "sandbox/egress/egress.h"

#include <csignal>
#include <cstdio>

#include <fcntl.h>
#include <unistd.h>

#include <sys/wait.h>

#include "sandbox/base/printable.h"
#include "sandbox/egress/egress_child.h"
#include "sandbox/process/clone_process.h"
#include "sandbox/process/spawn.h"
#include "sandbox/process/step_error.h"

namespace dynsessions::sandbox {
namespace {

constexpr std::chrono::seconds kPatience{10};

struct StartedEgress {
  pid_t pid = 0;
  UniqueFd ready;       ///< a byte comes when the sandbox has its network; end of file: it failed
  UniqueFd complaints;  ///< and here it says why
};

/// It has only just begun.
StartedEgress start_egress(const SandboxPlan& plan, const NamespaceHandles& sandbox) {
  FdPair report = make_socket_pair(SOCK_SEQPACKET);
  FdPair ready = make_pipe();
  FdPair complaints = make_pipe();
  UnfinishedProcess egress(clone_process(CLONE_NEWPID));
  if (egress.get() < 0) throw StepError("egress: fork", errno);
  if (egress.get() == 0) {
    EgressContext context{plan, sandbox, report.theirs.get(), ready.theirs.get(),
                          complaints.theirs.get()};
    run_egress(context);
  }
  report.theirs = UniqueFd();
  const ChildReport failure = await_child(report.ours.get()).failure;
  if (failure.error_number != 0) {
    throw StepError(std::string("egress: ") + failure.step, failure.error_number);
  }
  return {egress.keep(), std::move(ready.ours), std::move(complaints.ours)};
}

void set_non_blocking(const UniqueFd& fd) {
  if (::fcntl(fd.get(), F_SETFL, O_NONBLOCK) < 0) throw StepError("egress: pipe", errno);
}

}  // namespace

Egress::Egress(const SandboxPlan& plan, const NamespaceHandles& sandbox)
    : sandbox_(sandbox), deadline_(std::chrono::steady_clock::now() + kPatience) {
  StartedEgress started = start_egress(plan, sandbox);
  pid_ = started.pid;
  ready_ = std::move(started.ready);
  complaints_ = std::move(started.complaints);
  set_non_blocking(ready_);
  set_non_blocking(complaints_);
}

Egress::~Egress() { end(); }

void Egress::end() const {
  if (pid_ != 0) ::kill(pid_, SIGKILL);
}

bool Egress::is_up(Time now) {
  if (!ready_) return true;
  char byte = 0;
  const ssize_t size = ::read(ready_.get(), &byte, sizeof(byte));
  if (size < 0 && errno == EAGAIN) {
    if (now < deadline_) return false;
    throw StepError("egress: slirp4netns takes too long", ETIMEDOUT);
  }
  if (size < 0) throw StepError("egress: pipe", errno);
  if (size == 0) {
    log_complaints();
    throw StepError("egress: slirp4netns failed, see its message on stderr", ENETDOWN);
  }
  ready_ = UniqueFd();
  complaints_ = UniqueFd();
  return true;
}

void Egress::log_complaints() const {
  char text[4096];
  const ssize_t size = ::read(complaints_.get(), text, sizeof(text));
  if (size <= 0) return;
  const std::string all = printable({text, static_cast<std::size_t>(size)});
  std::fprintf(stderr, "sandbox-launcher: egress: slirp4netns: %s\n", all.c_str());
}

void Egress::close(std::span<const Ipv4Network> networks) const {
  FdPair report = make_socket_pair(SOCK_SEQPACKET);
  const UnfinishedProcess helper(clone_process(0));
  if (helper.get() == 0) {
    ClosingContext context{sandbox_, report.theirs.get(), networks};
    run_closing(context);
  }
  report.theirs = UniqueFd();
  const int error_number =
      helper.get() < 0 ? errno : await_child(report.ours.get()).failure.error_number;
  if (error_number != 0) throw StepError("egress: close networks", error_number);
}

bool Egress::reaped(pid_t pid, int wait_status) {
  if (pid_ == 0 || pid != pid_) return false;
  pid_ = 0;
  if (!ready_) {
    const bool killed = WIFSIGNALED(wait_status);
    std::fprintf(stderr, "sandbox-launcher: egress: slirp4netns ended with %s %d; %s\n",
                 killed ? "signal" : "exit code",
                 killed ? WTERMSIG(wait_status) : WEXITSTATUS(wait_status),
                 "its session has no network any more");
  }
  return true;
}

}  // namespace dynsessions::sandbox
