#include "sandbox/tiers/namespaced/zygote.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <system_error>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/base/printable.h"
#include "sandbox/process/clone_process.h"
#include "sandbox/process/step_error.h"
#include "sandbox/tiers/namespaced/child.h"
#include "sandbox/tiers/namespaced/zygote_protocol.h"
#include "sandbox/tiers/verification.h"

namespace dynsessions::sandbox {
namespace {

constexpr std::chrono::seconds kLoadingTimeout{60};
constexpr std::chrono::seconds kLongestPause{30};

/// Returns the times when the directories were last changed, as a text to compare.
std::string state_of(const std::vector<std::string>& directories) {
  std::string state;
  for (const std::string& directory : directories) {
    struct stat status {};
    if (::stat(directory.c_str(), &status) < 0) continue;
    state += std::to_string(status.st_ino) + ' ' + std::to_string(status.st_mtim.tv_sec) + '.' +
             std::to_string(status.st_mtim.tv_nsec) + '\n';
  }
  return state;
}

}  // namespace

Zygote::~Zygote() {
  if (pid_ != 0) ::kill(pid_, SIGKILL);
}

void Zygote::retire() {
  if (state_ != State::stopped && state_ != State::ending) end();
}

void Zygote::tick(Time now) {
  try {
    if (state_ == State::stopped && now >= due_) build();
    continue_start(now);
  } catch (const StepError& error) {
    fail(error);
  }
}

void Zygote::retire_if_outdated() {
  if (state_ == State::ready && state_of(plan_.packages) != packages_) end();
}

std::optional<Zygote::Time> Zygote::next_tick() const {
  switch (state_) {
    case State::stopped:
    case State::loading:
      return due_;
    case State::building:
      return home_build_->deadline();
    case State::starting:
      return reports_->deadline();
    case State::ready:
    case State::ending:
      return std::nullopt;
  }
  return std::nullopt;
}

int Zygote::descriptor() const {
  switch (state_) {
    case State::building:
      return home_build_->descriptor();
    case State::starting:
      return reports_->descriptor();
    case State::loading:
      return socket_.get();
    case State::stopped:
    case State::ready:
    case State::ending:
      return -1;
  }
  return -1;
}

void Zygote::build() {
  packages_ = state_of(plan_.packages);
  home_build_.emplace(plan_, SandboxUser{plan_.zygote_user, ::geteuid()}, CgroupJoin{});
  state_ = State::building;
  failure_.reset();
}

/// Advances to the state `loading` or `ready`, as far as possible now.
void Zygote::continue_start(Time now) {
  if (state_ == State::building) {
    auto created = home_build_->advance(now);
    if (!created) return;
    home_ = std::move(created->namespaces);
    home_build_.reset();
    start();
  }
  if (state_ == State::starting) {
    reports_->read(now);
    if (!reports_->have_ended()) return;
    require_no_failure(reports_->outcome());
    reports_.reset();
    send_plan(socket_.get());
    state_ = State::loading;
    due_ = now + kLoadingTimeout;
  }
  if (state_ != State::loading) return;
  read_answer();
  if (state_ == State::loading && now >= due_) throw StepError("zygote: takes too long", ETIMEDOUT);
}

void Zygote::start() {
  FdPair report = make_socket_pair(SOCK_SEQPACKET);
  FdPair socket = make_socket_pair(SOCK_SEQPACKET);
  const pid_t pid = clone_process(0);
  if (pid < 0) throw StepError("fork", errno);
  if (pid == 0) {
    ZygoteContext context{plan_, view_of(home_), report.child_end.get(), socket.child_end.get()};
    run_zygote(context);
  }
  pid_ = pid;
  socket_ = std::move(socket.launcher_end);
  reports_.emplace(std::move(report.launcher_end));
  state_ = State::starting;
}

void Zygote::send_plan(int socket) const {
  ZygotePlan plan{};
  plan.limits = plan_.spec_limits;
  plan_.working_directory.copy(plan.working_directory, sizeof(plan.working_directory) - 1);
  plan.filter_size = static_cast<std::uint32_t>(plan_.interpreter_filter.size());
  std::copy(plan_.interpreter_filter.begin(), plan_.interpreter_filter.end(), plan.filter);
  try {
    send_message(socket, &plan, sizeof(plan));
  } catch (const std::system_error& error) {
    // The zygote has already exited; reaped() will report that.
    if (error.code() != std::errc::broken_pipe) throw;
  }
}

/// Reads the message that the zygote sends once it has loaded.
void Zygote::read_answer() {
  if (!socket_) return;
  std::string text(kMaxZygoteText, '\0');
  const ssize_t size = ::recv(socket_.get(), text.data(), text.size(), MSG_DONTWAIT);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (size <= 0) {  // the zygote is ending; reaped() will report why
    socket_ = UniqueFd();
    ::kill(pid_, SIGKILL);
    return;
  }
  text.resize(static_cast<std::size_t>(size));
  accept(text.substr(1));
}

/// Every message begins with a line feed: one of length 0 would look like the end of the file.
void Zygote::accept(const std::string& import_errors) {
  if (!import_errors.empty() && !std::exchange(logged_, true)) {
    std::fprintf(stderr, "sandbox-launcher: zygote: %s\n", printable(import_errors).c_str());
  }
  const char* weakness = find_zygote_weakness(pid_, plan_.zygote_user);
  if (weakness != nullptr) throw StepError(std::string("zygote: verify ") + weakness, EPERM);
  state_ = State::ready;
  pause_ = std::chrono::seconds(1);
}

bool Zygote::reaped(pid_t pid, int wait_status) {
  if (home_build_ && home_build_->reaped(pid, wait_status)) return true;
  if (pid_ == 0 || pid != pid_) return false;
  pid_ = 0;
  if (state_ == State::starting || state_ == State::loading) {
    fail(failed_start(wait_status));
  } else {
    end();
    if (!failure_) due_ = Time();
  }
  return true;
}

/// Returns why the zygote exited while it loaded.
StepError Zygote::failed_start(int wait_status) {
  if (reports_) {
    reports_->read(std::chrono::steady_clock::now());
    const ChildReport& failure = reports_->outcome().failure;
    if (failure.error_number != 0) return {failure.step, failure.error_number};
  }
  const bool killed = WIFSIGNALED(wait_status);
  const std::string how = killed ? "signal " : "exit code ";
  const int value = killed ? WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
  return {"zygote: " + how + std::to_string(value), EPIPE};
}

void Zygote::end(pid_t process) {
  if (state_ == State::ready && process == pid_) end();
}

/// If there is a present process, the next one starts after it has been reaped.
void Zygote::end() {
  socket_ = UniqueFd();
  home_ = NamespaceHandles();
  home_build_.reset();
  reports_.reset();
  if (pid_ != 0) ::kill(pid_, SIGKILL);
  state_ = pid_ != 0 ? State::ending : State::stopped;
}

void Zygote::fail(const StepError& error) {
  end();
  failure_ = error;
  due_ = std::chrono::steady_clock::now() + pause_;
  pause_ = std::min(2 * pause_, kLongestPause);
}

void Zygote::ask_to_fork(uid_t owner, const NamespaceView& jail, const Channels& channels,
                         const CgroupJoin& groups) {
  if (!ready()) throw StepError("zygote: none", EPIPE);
  const char* weakness = find_zygote_weakness(pid_, plan_.zygote_user);
  if (weakness != nullptr) {
    const bool gone = std::strcmp(weakness, "alive") == 0;
    end();
    throw StepError(std::string("zygote: verify ") + weakness, gone ? EPIPE : EPERM);
  }
  std::vector<int> descriptors(jail.begin(), jail.end());
  for (const FdPair* pair :
       {&channels.report, &channels.control, &channels.output, &channels.error}) {
    descriptors.push_back(pair->child_end.get());
  }
  for (const UniqueFd& file : groups.files) descriptors.push_back(file.get());
  const ForkRequest request{owner};
  try {
    send_message(socket_.get(), &request, sizeof(request), descriptors);
  } catch (const std::system_error& error) {
    throw StepError("zygote: send", error.code().value());
  }
}

}  // namespace dynsessions::sandbox
