#include "sandbox/isolation/process_isolation.h"

#include <cerrno>
#include <csignal>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

#include <sys/socket.h>
#include <sys/wait.h>

#include "sandbox/isolation/keeper.h"
#include "sandbox/isolation/starting.h"
#include "sandbox/isolation/verification.h"
#include "sandbox/limits/disk_watch.h"
#include "sandbox/limits/process_count.h"
#include "sandbox/steps/landlock.h"

namespace dynsessions::sandbox {
namespace {

/// Ids that Debian leaves to local users at the far end of their range, and that exist in a
/// container of 65536 ids as well. The group has the same number.
constexpr uid_t kFirstSessionUser = 50'000;
constexpr uid_t kSessionUsers = 9'000;

class KeptRoom final : public Room {
 public:
  KeptRoom(pid_t keeper, UniqueFd lifeline) : keeper_(keeper), lifeline_(std::move(lifeline)) {}
  ~KeptRoom() override {
    if (keeper_ == 0) return;
    lifeline_ = UniqueFd();
    while (::waitpid(keeper_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }

  void interrupt() override {
    if (::send(lifeline_.get(), "i", 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
      throw StepError("interrupt: no interpreter", ESRCH);
    }
  }

  void end() override { ::shutdown(lifeline_.get(), SHUT_WR); }

  News reaped(pid_t pid, int /*of the keeper*/) override {
    if (pid != keeper_) return News::not_ours;
    keeper_ = 0;
    int status = 0;
    const ssize_t size = ::recv(lifeline_.get(), &status, sizeof(status), MSG_DONTWAIT);
    wait_status_ = size == static_cast<ssize_t>(sizeof(status)) ? status : SIGKILL;
    return News::gone;
  }

  [[nodiscard]] std::vector<pid_t> processes() const override { return {keeper_}; }
  [[nodiscard]] pid_t own_process() const override { return keeper_; }
  [[nodiscard]] int wait_status() const override { return wait_status_; }

 private:
  pid_t keeper_;  ///< 0 when it was reaped
  UniqueFd lifeline_;
  int wait_status_ = 0;
};

using User = Confinement::User;

class ConfinedSession final : public Sandbox {
 public:
  /// `users` has `user` in it as long as this lives.
  ConfinedSession(const SandboxPlan& plan, LauncherDirectory& directory, const std::string& name,
                  std::optional<User> user, std::set<uid_t>& users);
  ~ConfinedSession() override {
    if (user_) users_.erase(user_->uid);
  }

  OpenedRoom start(const GroupEntrance& groups) override;
  std::optional<OpenedRoom> fork_from(Zygote&, const GroupEntrance&) override {
    throw StepError("fork: this tier has no zygote", EINVAL);
  }
  DiskWatch* disk_watch() override { return &*disk_watch_; }
  [[nodiscard]] UniqueFd open_data() const { return directory_.open_data(); }

 private:
  [[nodiscard]] std::vector<std::string> environment() const;
  void require_as_planned(pid_t interpreter) const;

  const SandboxPlan& plan_;
  std::set<uid_t>& users_;
  const std::optional<User> user_;
  const SessionDirectory directory_;
  ResourceLimits limits_;
  std::optional<DiskWatch> disk_watch_;  ///< once there is a directory
};

ConfinedSession::ConfinedSession(const SandboxPlan& plan, LauncherDirectory& directory,
                                 const std::string& name, std::optional<User> user,
                                 std::set<uid_t>& users)
    : plan_(plan), users_(users), user_(user), directory_(directory, name), limits_(plan.limits) {
  directory_.make(user_ ? user_->uid : ::geteuid(), user_ ? user_->gid : ::getegid());
  disk_watch_.emplace(directory_.open(), disk_limit(plan.spec_limits), user_);
  if (user_) {
    users_.insert(user_->uid);
    return;
  }
  // The limit counts all that the user runs; so what runs already must not use it up.
  for (ResourceLimit& limit : limits_) {
    if (limit.resource == RLIMIT_NPROC) limit.value += count_threads_of(::geteuid());
  }
}

std::vector<std::string> ConfinedSession::environment() const {
  std::vector<std::string> variables;
  for (const std::string& variable : plan_.environment) {
    if (!variable.starts_with("HOME=")) variables.push_back(variable);
  }
  variables.push_back("HOME=" + directory_.tmp());
  variables.push_back("TMPDIR=" + directory_.tmp());
  if (plan_.path_library.empty()) return variables;
  variables.push_back("DYNSESSIONS_DIRECTORY=" + directory_.path());
  variables.push_back("DYNSESSIONS_SHOWN=" + plan_.shown_paths);
  variables.push_back("LD_PRELOAD=" + plan_.path_library);
  return variables;
}

void ConfinedSession::require_as_planned(pid_t interpreter) const {
  const uid_t uid = user_ ? user_->uid : ::geteuid();
  const gid_t gid = user_ ? user_->gid : ::getegid();
  require_confined(plan_.tier == Tier::restricted
                       ? find_weakness(interpreter, uid, gid, user_ ? Bounds::none : Bounds::any)
                       : find_privilege(interpreter, uid, gid));
}

OpenedRoom ConfinedSession::start(const GroupEntrance& groups) {
  const bool restricted = plan_.tier == Tier::restricted;
  const std::string tmp = directory_.tmp();
  const UniqueFd ruleset =
      restricted ? make_session_ruleset(plan_, {directory_.data(), tmp}) : UniqueFd();
  const bool scoped = restricted && landlock_abi() >= kLandlockWithScopes;
  const UniqueFd scope = scoped ? make_signal_ruleset() : UniqueFd();
  std::vector<std::string> variables = environment();
  const std::vector<char*> envp = pointers_to(variables);
  const NamespaceHandles no_room;
  Channels channels;
  FdPair lifeline = make_socket_pair(SOCK_STREAM);
  const pid_t keeper = clone_process_into(groups, 0);
  if (keeper < 0) throw StepError("fork", errno);
  if (keeper == 0) {
    InterpreterContext context{no_room,
                               groups.files,
                               limits_,
                               plan_.interpreter_filter,
                               tmp.c_str(),
                               channels.report.theirs.get(),
                               channels.control.theirs.get(),
                               channels.output.theirs.get(),
                               channels.error.theirs.get(),
                               {plan_.tier, user_, ruleset.get()}};
    KeeperContext kept{context, plan_.argv.data(), envp.data(), lifeline.theirs.get(), scope.get()};
    run_keeper(kept);
  }
  channels.report.theirs = UniqueFd();
  lifeline.theirs = UniqueFd();
  auto room = std::make_unique<KeptRoom>(keeper, std::move(lifeline.ours));
  const ChildOutcome outcome = await_child(channels.report.ours.get());
  require_no_failure(outcome);
  if (outcome.started == 0) throw StepError("start interpreter", EPIPE);
  require_as_planned(outcome.started);
  return {std::move(room), std::move(channels.control.ours), std::move(channels.output.ours),
          std::move(channels.error.ours)};
}

void require_landlock(LauncherUser user) {
  const int abi = landlock_abi();
  const bool shares_user = user == LauncherUser::ordinary;
  if (abi == 0) throw StepError("landlock: none here", EOPNOTSUPP);
  const int needed = shares_user ? kLandlockWithScopes : kLandlockWithTruncate;
  if (abi >= needed) return;
  throw StepError(
      "landlock: ABI " + std::to_string(needed) + " needed, there is " + std::to_string(abi),
      EOPNOTSUPP);
}

}  // namespace

ProcessIsolation::ProcessIsolation(Tier tier, LauncherUser user) {
  if (tier == Tier::restricted) require_landlock(user);
  if (::access("/proc/thread-self/children", R_OK) < 0) {
    throw StepError("/proc/thread-self/children", errno);
  }
}

MadeSandbox ProcessIsolation::create(const SandboxPlan& plan,
                                     const GroupEntrance& /*no process of it yet*/) {
  const std::uint64_t number = made_++;
  std::optional<User> user;
  if (plan.user == LauncherUser::root) {
    const auto id = static_cast<uid_t>(kFirstSessionUser + number % kSessionUsers);
    if (users_.contains(id)) throw StepError("session users: all in use", EAGAIN);
    user = User{id, id};
  }
  auto session =
      std::make_unique<ConfinedSession>(plan, directory_, std::to_string(number), user, users_);
  UniqueFd data = session->open_data();
  return {std::move(session), std::move(data), nullptr};
}

}  // namespace dynsessions::sandbox
