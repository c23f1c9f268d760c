#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <sys/types.h>

#include "sandbox/base/unique_fd.h"
#include "sandbox/kernel/cgroups/cgroup_join.h"
#include "sandbox/process/child_report.h"
#include "sandbox/process/spawn.h"
#include "sandbox/process/step_error.h"
#include "sandbox/tiers/namespaced/sandboxes.h"

/// The launcher's side of the zygote: a Python process that has loaded the packages that programs
/// import, and from which interpreters are forked. It runs in a separate sandbox that no session
/// uses, and never sees a session's code or files. It can enter a sandbox only because its
/// effective user owns it (user_namespaces(7)). Below a root launcher the owner is a session's
/// user, and the helper of a fork becomes that user. For this the zygote can take up the capability
/// to change users; it has no other.
///
/// It has no system call filter. Interpreters would inherit the filter in addition to their own, so
/// that each call of a session would be checked twice. The filter would also have to allow the
/// calls that forking into a sandbox needs: setns, capset, prctl, seccomp, and every clone that the
/// import of a package makes. The zygote runs only the packages of the installation, which are as
/// trusted as the Python that loads them.
///
/// If it ends without retire(), another one is started: at once if it had loaded, otherwise after a
/// pause that doubles. All calls come from the launcher's thread; none waits for a process.
namespace dynsessions::sandbox {

class Zygote {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// A fork takes some milliseconds, and others can be in the queue before it.
  static constexpr std::chrono::seconds kForkTimeout{5};

  /// `plan` must outlive it.
  explicit Zygote(const SandboxPlan& plan) : plan_(plan) {}
  Zygote(const Zygote&) = delete;
  Zygote& operator=(const Zygote&) = delete;
  /// Kills its process; the launcher's loop reaps it.
  ~Zygote();

  /// Ends the process; the next tick() starts another.
  void retire();
  /// Starts the process when that is due, and continues its start. Kills it if loading takes too
  /// long.
  void tick(Time now);
  /// Ends the process if the packages that it has loaded have changed. Call it before forks.
  void retire_if_outdated();
  /// The time when tick() must be called; nullopt if nothing is due.
  [[nodiscard]] std::optional<Time> next_tick() const;
  /// Descriptor with input for tick() while the zygote starts; -1 at other times.
  [[nodiscard]] int descriptor() const;
  /// The loop has reaped a child. Returns whether it was the zygote, or a process that made its
  /// sandbox.
  bool reaped(pid_t pid, int wait_status);

  [[nodiscard]] bool ready() const { return state_ == State::ready; }
  /// The reason why there is no zygote and none is loading; nullopt otherwise.
  [[nodiscard]] const std::optional<StepError>& failure() const { return failure_; }

  /// The process to ask; 0 if there is none.
  [[nodiscard]] pid_t process() const { return ready() ? pid_ : 0; }
  /// Asks for an interpreter in the jail; the channel for reports receives the outcome. `owner` is
  /// the owner of the jail's user namespace. Throws StepError, with EPIPE if there is no zygote and
  /// EAGAIN if it does not take requests.
  void ask_to_fork(uid_t owner, const NamespaceView& jail, const Channels& channels,
                   const CgroupJoin& groups);
  /// Ends this process, which did not fork; does nothing if it has been replaced.
  void end(pid_t process);

 private:
  enum class State { stopped, building, starting, loading, ready, ending };

  void build();
  void start();
  void continue_start(Time now);
  void send_plan(int socket) const;
  void read_answer();
  void accept(const std::string& import_errors);
  [[nodiscard]] StepError failed_start(int wait_status);
  void end();
  void fail(const StepError& error);

  const SandboxPlan& plan_;
  State state_ = State::stopped;
  std::optional<SandboxBuild> home_build_;  ///< building
  std::optional<ChildReports> reports_;     ///< starting
  pid_t pid_ = 0;                           ///< from the start until it is reaped
  UniqueFd socket_;
  NamespaceHandles home_;
  std::string packages_;  ///< state of the package directories when the zygote started
  Time due_{};            ///< stopped: when to start; loading: when to give up
  std::chrono::seconds pause_{1};
  bool logged_ = false;  ///< the modules that could not be loaded were logged
  std::optional<StepError> failure_;
};

}  // namespace dynsessions::sandbox
