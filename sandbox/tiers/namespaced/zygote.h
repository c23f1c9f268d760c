#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <sys/types.h>

#include "sandbox/base/unique_fd.h"
#include "sandbox/process/step_error.h"
#include "sandbox/tiers/namespaced/sandboxes.h"

/// The launcher's side of the zygote: a Python process that has loaded what programs import and
/// from which interpreters are forked. It runs in a separate sandbox that no session uses, and
/// never sees a session's code or files. It can enter a sandbox only because its effective user
/// owns it (user_namespaces(7)). Below a root launcher that is a session's user, which the helper
/// of a fork becomes for it; so the zygote may take up the capability to change users, and has no
/// other.
///
/// It has no system call filter. Interpreters would inherit it beneath their own, so that each call
/// of a session were judged twice, and it would have to allow what forking into a sandbox takes:
/// setns, capset, prctl, seccomp, and clone of whatever a package's import starts. What it runs is
/// the installation's packages, as trusted as the Python that loads them.
///
/// If it ends without retire(), another one is started: at once if it had loaded, otherwise after a
/// pause that doubles. All calls come from the launcher's thread; none waits for it to load.
namespace dynsessions::sandbox {

class Zygote {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// `plan` outlives it.
  explicit Zygote(const SandboxPlan& plan) : plan_(plan) {}
  Zygote(const Zygote&) = delete;
  Zygote& operator=(const Zygote&) = delete;
  /// Kills its process, for the launcher's loop to reap.
  ~Zygote();

  /// Ends the process; the next tick() starts another.
  void retire();
  /// Starts the process when that is due. Kills it when loading takes too long, or when the
  /// packages that it has loaded have changed.
  void tick(Time now);
  /// When tick() must be called next; nullopt if nothing is due.
  [[nodiscard]] std::optional<Time> next_tick() const;

  /// Descriptor to poll for input while the zygote loads; -1 at other times.
  [[nodiscard]] int loading_socket() const;
  /// Reads the message that the zygote sends once it has loaded.
  void on_readable();
  /// The loop has reaped a child. Returns whether it was the zygote.
  bool reaped(pid_t pid, int wait_status);

  [[nodiscard]] bool ready() const { return state_ == State::ready; }
  /// Why there is no zygote and none is loading; nullopt otherwise.
  [[nodiscard]] const std::optional<StepError>& failure() const { return failure_; }

  /// Forks an interpreter in the jail. Call it only when ready(). Returns nullopt if the zygote
  /// turns out to be gone; the next zygote can be asked then.
  [[nodiscard]] std::optional<StartedInterpreter> fork_into(const SandboxUser& user,
                                                            PendingJail& jail,
                                                            const CgroupJoin& groups);

 private:
  enum class State { resting, loading, ready, ending };

  void start();
  void send_plan(int socket) const;
  void accept(const std::string& complaints);
  void end();
  void fail(const std::string& why, int error_number);

  const SandboxPlan& plan_;
  State state_ = State::resting;
  pid_t pid_ = 0;
  UniqueFd socket_;
  NamespaceHandles home_;
  std::string packages_;  ///< state of the package directories when the zygote started
  Time due_{};            ///< resting: when to start; loading: when to give up
  std::chrono::seconds pause_{1};
  bool logged_ = false;  ///< the modules that could not be loaded
  std::optional<StepError> failure_;
};

}  // namespace dynsessions::sandbox
