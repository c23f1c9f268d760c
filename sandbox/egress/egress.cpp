#include "sandbox/egress/egress.h"

#include <csignal>
#include <cstdio>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/base/printable.h"
#include "sandbox/egress/egress_child.h"
#include "sandbox/process/clone_process.h"
#include "sandbox/process/spawn.h"
#include "sandbox/process/step_error.h"

namespace dynsessions::sandbox {
namespace {

constexpr std::chrono::seconds kTimeout{10};

void set_non_blocking(const UniqueFd& fd) {
  if (::fcntl(fd.get(), F_SETFL, O_NONBLOCK) < 0) throw StepError("egress: pipe", errno);
}

}  // namespace

Egress::Egress(const SandboxPlan& plan, const NamespaceHandles& sandbox)
    : sandbox_(sandbox), deadline_(std::chrono::steady_clock::now() + kTimeout) {
  FdPair report = make_socket_pair(SOCK_SEQPACKET);
  FdPair ready = make_pipe();
  FdPair standard_error = make_pipe();
  set_non_blocking(ready.launcher_end);
  set_non_blocking(standard_error.launcher_end);
  const pid_t pid = clone_process(CLONE_NEWPID);
  if (pid < 0) throw StepError("egress: fork", errno);
  if (pid == 0) {
    EgressContext context{plan, sandbox, report.child_end.get(), ready.child_end.get(),
                          standard_error.child_end.get()};
    run_egress(context);
  }
  pid_ = pid;
  reports_.emplace(std::move(report.launcher_end), kTimeout);
  ready_ = std::move(ready.launcher_end);
  standard_error_ = std::move(standard_error.launcher_end);
}

Egress::~Egress() { end(); }

void Egress::end() {
  closing_.reset();
  if (pid_ != 0) ::kill(pid_, SIGKILL);
}

int Egress::descriptor() const {
  if (reports_) return reports_->descriptor();
  if (ready_) return ready_.get();
  return closing_ ? closing_->reports.descriptor() : -1;
}

Egress::Time Egress::deadline() const {
  return reports_ || ready_ || !closing_ ? deadline_ : closing_->reports.deadline();
}

bool Egress::advance(Time now) { return is_up(now) && has_closed(now); }

bool Egress::is_up(Time now) {
  if (!has_begun(now)) return false;
  if (!ready_) return true;
  char byte = 0;
  const ssize_t size = ::read(ready_.get(), &byte, sizeof(byte));
  if (size < 0 && errno == EAGAIN) {
    if (now < deadline_) return false;
    throw StepError("egress: slirp4netns takes too long", ETIMEDOUT);
  }
  if (size < 0) throw StepError("egress: pipe", errno);
  if (size == 0) {
    log_standard_error();
    throw StepError("egress: slirp4netns failed, see its message on stderr", ENETDOWN);
  }
  ready_ = UniqueFd();
  standard_error_ = UniqueFd();
  return true;
}

/// Whether the process has become slirp4netns.
bool Egress::has_begun(Time now) {
  if (!reports_) return true;
  reports_->read(now);
  if (!reports_->have_ended()) return false;
  const ChildReport failure = reports_->outcome().failure;
  reports_.reset();
  if (failure.error_number != 0) {
    throw StepError(std::string("egress: ") + failure.step, failure.error_number);
  }
  return true;
}

void Egress::log_standard_error() const {
  char text[4096];
  const ssize_t size = ::read(standard_error_.get(), text, sizeof(text));
  if (size <= 0) return;
  const std::string all = printable({text, static_cast<std::size_t>(size)});
  std::fprintf(stderr, "sandbox-launcher: egress: slirp4netns: %s\n", all.c_str());
}

void Egress::close(std::span<const Ipv4Network> networks) {
  FdPair report = make_socket_pair(SOCK_SEQPACKET);
  const pid_t pid = clone_process(0);
  if (pid < 0) throw StepError("egress: close networks", errno);
  if (pid == 0) {
    ClosingContext context{sandbox_, report.child_end.get(), networks};
    run_closing(context);
  }
  closing_.emplace(
      Closing{ChildReports(std::move(report.launcher_end), kTimeout), UnfinishedProcess()});
  closing_->helper.start(pid);
}

/// Whether no networks are being closed.
bool Egress::has_closed(Time now) {
  if (!closing_) return true;
  closing_->reports.read(now);
  if (!closing_->reports.have_ended()) return false;
  const ChildOutcome& outcome = closing_->reports.outcome();
  const bool is_done = outcome.started != 0;
  const int error_number = outcome.failure.error_number;
  if (is_done) closing_->helper.collect();
  closing_.reset();
  if (!is_done) throw StepError("egress: close networks", error_number != 0 ? error_number : EPIPE);
  return true;
}

bool Egress::reaped(pid_t pid, int wait_status) {
  if (closing_ && closing_->helper.reaped(pid)) return true;
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
