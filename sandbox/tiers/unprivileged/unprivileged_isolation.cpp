#include "sandbox/tiers/unprivileged/unprivileged_isolation.h"

#include <cerrno>
#include <csignal>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/base/user_ids.h"
#include "sandbox/kernel/landlock/landlock.h"
#include "sandbox/kernel/rlimits/process_count.h"
#include "sandbox/process/spawn.h"
#include "sandbox/process/step_error.h"
#include "sandbox/tiers/unprivileged/supervisor.h"
#include "sandbox/tiers/verification.h"
#include "sandbox/watch/disk_watch.h"

namespace dynsessions::sandbox {
namespace {

class SupervisedJail final : public Jail {
 public:
  SupervisedJail(pid_t supervisor, UniqueFd lifeline)
      : supervisor_(supervisor), lifeline_(std::move(lifeline)) {}
  ~SupervisedJail() override {
    if (supervisor_ == 0) return;
    lifeline_ = UniqueFd();
    wake();
    while (::waitpid(supervisor_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }

  void interrupt() override {
    if (::send(lifeline_.get(), "i", 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
      throw StepError("interrupt: no interpreter", ESRCH);
    }
    wake();
  }

  void end() override {
    ::shutdown(lifeline_.get(), SHUT_WR);
    wake();
  }

  Reaped reaped(pid_t pid, int /*of the supervisor*/) override {
    if (pid != supervisor_) return Reaped::other_process;
    supervisor_ = 0;
    int status = 0;
    const ssize_t size = ::recv(lifeline_.get(), &status, sizeof(status), MSG_DONTWAIT);
    wait_status_ = size == static_cast<ssize_t>(sizeof(status)) ? status : SIGKILL;
    return Reaped::gone;
  }

  [[nodiscard]] std::vector<pid_t> processes() const override { return {supervisor_}; }
  [[nodiscard]] pid_t own_process() const override { return supervisor_; }
  [[nodiscard]] int wait_status() const override { return wait_status_; }

 private:
  /// A stopped supervisor would neither interrupt nor end a process.
  void wake() const {
    if (supervisor_ != 0) ::kill(supervisor_, SIGCONT);
  }

  pid_t supervisor_;  ///< 0 after it was reaped
  UniqueFd lifeline_;
  int wait_status_ = 0;
};

/// A supervisor whose interpreter is being set up. It is in `starting` as long as this object
/// lives.
class SupervisedStart final : public Pending<StartedJail> {
 public:
  using Verify = std::function<void(pid_t)>;  ///< throws StepError

  SupervisedStart(pid_t supervisor, UniqueFd lifeline, Channels channels, Verify verify,
                  std::set<pid_t>& starting)
      : lifeline_(std::move(lifeline)),
        channels_(std::move(channels)),
        reports_(std::move(channels_.report.launcher_end)),
        verify_(std::move(verify)),
        starting_(starting) {
    supervisor_.start(supervisor);
    starting_.insert(supervisor);
  }
  /// The launcher ends the processes that a killed supervisor leaves.
  ~SupervisedStart() override { starting_.erase(supervisor_.get()); }

  std::optional<StartedJail> advance(Time now) override {
    reports_.read(now);
    if (!reports_.have_ended()) return std::nullopt;
    require_no_failure(reports_.outcome());
    const pid_t interpreter = reports_.outcome().started;
    if (interpreter == 0) throw StepError("start interpreter", EPIPE);
    verify_(interpreter);
    starting_.erase(supervisor_.get());
    return StartedJail{std::make_unique<SupervisedJail>(supervisor_.keep(), std::move(lifeline_)),
                       std::move(channels_.control.launcher_end),
                       std::move(channels_.output.launcher_end),
                       std::move(channels_.error.launcher_end)};
  }
  [[nodiscard]] int descriptor() const override { return reports_.descriptor(); }
  [[nodiscard]] Time deadline() const override { return reports_.deadline(); }
  bool reaped(pid_t pid, int /*wait_status*/) override {
    if (!supervisor_.reaped(pid)) return false;
    starting_.erase(pid);
    return true;
  }

 private:
  UnfinishedProcess supervisor_;
  UniqueFd lifeline_;
  Channels channels_;
  ChildReports reports_;
  const Verify verify_;
  std::set<pid_t>& starting_;
};

class ConfinedSession final : public Sandbox {
 public:
  /// `starting` contains the supervisors that this object starts, until their jails own them.
  ConfinedSession(const SandboxPlan& plan, LauncherDirectory& directory, const std::string& name,
                  SessionUser lease, std::set<pid_t>& starting);

  std::unique_ptr<Pending<StartedJail>> start(CgroupJoin groups) override;
  DiskWatch* disk_watch() override { return &*disk_watch_; }
  [[nodiscard]] UniqueFd open_data() const { return directory_.open_data(); }

 private:
  [[nodiscard]] std::vector<std::string> environment() const;
  void require_as_planned(pid_t interpreter) const;

  const SandboxPlan& plan_;
  const SessionUser lease_;
  const std::optional<UserIds> user_ = lease_.separate();
  std::set<pid_t>& starting_;
  const SessionDirectory directory_;
  ResourceLimits limits_;
  std::optional<DiskWatch> disk_watch_;  ///< set once there is a directory
};

ConfinedSession::ConfinedSession(const SandboxPlan& plan, LauncherDirectory& directory,
                                 const std::string& name, SessionUser lease,
                                 std::set<pid_t>& starting)
    : plan_(plan),
      lease_(std::move(lease)),
      starting_(starting),
      directory_(directory, name),
      limits_(plan.limits) {
  directory_.make(lease_.ids().uid, lease_.ids().gid);
  disk_watch_.emplace(directory_.open(), disk_limit(plan.spec_limits), user_);
  if (user_) return;
  // The limit counts all processes of the user, so the existing ones must not use it up.
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
  const auto [uid, gid] = lease_.ids();
  require_confined(plan_.tier == Tier::restricted
                       ? find_weakness(interpreter, uid, gid, user_ ? Bounds::none : Bounds::any)
                       : find_privilege(interpreter, uid, gid));
}

std::unique_ptr<Pending<StartedJail>> ConfinedSession::start(CgroupJoin groups) {
  const bool restricted = plan_.tier == Tier::restricted;
  const std::string tmp = directory_.tmp();
  const UniqueFd ruleset =
      restricted ? make_session_ruleset(plan_.layout, {directory_.data(), tmp}) : UniqueFd();
  const bool scoped = restricted && landlock_abi() >= kLandlockWithScopes;
  const UniqueFd scope = scoped ? make_signal_ruleset() : UniqueFd();
  std::vector<std::string> variables = environment();
  const std::vector<char*> envp = pointers_to(variables);
  Channels channels;
  FdPair lifeline = make_socket_pair(SOCK_STREAM);
  const pid_t supervisor = clone_process_into(groups, 0);
  if (supervisor < 0) throw StepError("fork", errno);
  if (supervisor == 0) {
    InterpreterContext context{NamespaceView{},
                               groups.files,
                               limits_,
                               plan_.interpreter_filter,
                               tmp.c_str(),
                               channels.report.child_end.get(),
                               channels.control.child_end.get(),
                               channels.output.child_end.get(),
                               channels.error.child_end.get(),
                               {plan_.tier, user_, ruleset.get()}};
    SupervisorContext kept{context, plan_.argv.data(), envp.data(), lifeline.child_end.get(),
                           scope.get()};
    run_supervisor(kept);
  }
  for (FdPair* pair : {&channels.report, &channels.control, &channels.output, &channels.error}) {
    pair->child_end = UniqueFd();
  }
  auto verify = [this](pid_t interpreter) { require_as_planned(interpreter); };
  return std::make_unique<SupervisedStart>(supervisor, std::move(lifeline.launcher_end),
                                           std::move(channels), std::move(verify), starting_);
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

UnprivilegedIsolation::UnprivilegedIsolation(Tier tier, LauncherUser user, SessionUsers& users)
    : users_(users) {
  if (tier == Tier::restricted) require_landlock(user);
  if (::access("/proc/thread-self/children", R_OK) < 0) {
    throw StepError("/proc/thread-self/children", errno);
  }
}

std::vector<pid_t> UnprivilegedIsolation::known_helpers() {
  std::vector<pid_t> pids = directory_.removers();
  pids.insert(pids.end(), starting_.begin(), starting_.end());
  return pids;
}

std::unique_ptr<Pending<MadeSandbox>> UnprivilegedIsolation::create(const SandboxPlan& plan,
                                                                    CgroupJoin /*not used yet*/) {
  auto session = std::make_unique<ConfinedSession>(plan, directory_, std::to_string(made_++),
                                                   users_.take(), starting_);
  UniqueFd data = session->open_data();
  return std::make_unique<Done<MadeSandbox>>(
      MadeSandbox{std::move(session), std::move(data), nullptr});
}

}  // namespace dynsessions::sandbox
