#include "sandbox/tiers/namespaced/zygote.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstring>

#include <unistd.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <system_error>

#include "sandbox/base/printable.h"
#include "sandbox/process/step_error.h"
#include "sandbox/tiers/namespaced/zygote_protocol.h"
#include "sandbox/tiers/verification.h"

namespace dynsessions::sandbox {
namespace {

constexpr std::chrono::seconds kLoadingTimeout{60};
constexpr std::chrono::seconds kLongestPause{30};

/// When the directories were last changed, as a text to compare.
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
  if (state_ == State::loading || state_ == State::ready) end();
}

void Zygote::tick(Time now) {
  if (state_ == State::ready && state_of(plan_.packages) != packages_) end();
  if (state_ == State::loading && now >= due_) fail("zygote: takes too long", ETIMEDOUT);
  if (state_ != State::resting || now < due_) return;
  try {
    start();
    due_ = now + kLoadingTimeout;
  } catch (const StepError& error) {
    due_ = now + std::exchange(pause_, std::min(2 * pause_, kLongestPause));
    failure_ = error;
  }
}

std::optional<Zygote::Time> Zygote::next_tick() const {
  if (state_ == State::resting || state_ == State::loading) return due_;
  return std::nullopt;
}

int Zygote::loading_socket() const { return state_ == State::loading ? socket_.get() : -1; }

void Zygote::start() {
  packages_ = state_of(plan_.packages);
  home_ = create_sandbox(plan_, {plan_.zygote_user, ::geteuid()}, {}).namespaces;
  StartedZygote started = start_zygote(plan_, home_);
  pid_ = started.pid;
  socket_ = std::move(started.socket);
  send_plan(socket_.get());
  state_ = State::loading;
  failure_.reset();
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
    // It has exited already; reaped() will report that.
    if (error.code() != std::errc::broken_pipe) throw;
  }
}

void Zygote::on_readable() {
  std::string text(kMaxZygoteText, '\0');
  const ssize_t size = ::recv(socket_.get(), text.data(), text.size(), MSG_DONTWAIT);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (size <= 0) {  // it is ending; reaped() will report why
    socket_ = UniqueFd();
    ::kill(pid_, SIGKILL);
    return;
  }
  text.resize(static_cast<std::size_t>(size));
  accept(text.substr(1));
}

/// Every message begins with a line feed: one of length 0 would look like the end of the file.
void Zygote::accept(const std::string& complaints) {
  if (!complaints.empty() && !std::exchange(logged_, true)) {
    std::fprintf(stderr, "sandbox-launcher: zygote: %s\n", printable(complaints).c_str());
  }
  const char* weakness = find_zygote_weakness(pid_, plan_.zygote_user);
  if (weakness != nullptr) {
    return fail(std::string("zygote: verify ") + weakness, EPERM);
  }
  state_ = State::ready;
  pause_ = std::chrono::seconds(1);
}

bool Zygote::reaped(pid_t pid, int wait_status) {
  if (pid_ == 0 || pid != pid_) return false;
  if (state_ == State::loading) {
    const bool killed = WIFSIGNALED(wait_status);
    fail("zygote: " + std::string(killed ? "signal " : "exit code ") +
             std::to_string(killed ? WTERMSIG(wait_status) : WEXITSTATUS(wait_status)),
         EPIPE);
  }
  pid_ = 0;
  socket_ = UniqueFd();
  home_ = NamespaceHandles();
  state_ = State::resting;
  if (!failure_) due_ = Time();
  return true;
}

void Zygote::end() {
  socket_ = UniqueFd();
  ::kill(pid_, SIGKILL);
  state_ = State::ending;
}

void Zygote::fail(const std::string& why, int error_number) {
  end();
  failure_ = StepError(why, error_number);
  due_ = std::chrono::steady_clock::now() + pause_;
  pause_ = std::min(2 * pause_, kLongestPause);
}

std::optional<StartedInterpreter> Zygote::fork_into(const SandboxUser& user, PendingJail& jail,
                                                    const CgroupJoin& groups) {
  const char* weakness = find_zygote_weakness(pid_, plan_.zygote_user);
  if (weakness != nullptr) {
    const bool gone = std::strcmp(weakness, "alive") == 0;
    end();
    if (gone) return std::nullopt;
    throw StepError(std::string("zygote: verify ") + weakness, EPERM);
  }
  try {
    return fork_interpreter(user, jail, groups, socket_.get());
  } catch (const StepError& error) {
    if (error.error_number() == ETIMEDOUT) end();
    if (error.error_number() != EPIPE) throw;
    end();
    return std::nullopt;
  }
}

}  // namespace dynsessions::sandbox
