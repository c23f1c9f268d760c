#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <sys/types.h>

#include "sandbox/base/unique_fd.h"
#include "sandbox/isolation/sandboxes.h"

/// The launcher's side of the zygote: a Python process that has loaded what programs import, from
/// which interpreters are forked instead of started. It lives in a sandbox of its own that nobody
/// else uses, has no capability where it is, and can enter other sandboxes only because its
/// effective user made them (user_namespaces(7)). It never sees a session's code or files.
///
/// It has no system call filter. Interpreters would inherit it beneath their own, so that each call
/// of a session were judged twice, and it would have to allow what forking into a sandbox takes:
/// setns, capset, prctl, seccomp, and clone of whatever a package's import starts. What it runs is
/// the installation's packages, as trusted as the Python that loads them.
///
/// When it ends, for whatever reason, another one is started: at once if it had loaded, otherwise
/// after a pause that doubles. All calls are the launcher's thread's; none waits for it to load.
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

  /// Ends the process; the next attend() starts another.
  void retire();
  /// Starts it when it is due, kills it when it takes too long to load, and when the packages that
  /// it has loaded have changed.
  void attend(Time now);
  /// When attend() next has something to do.
  [[nodiscard]] std::optional<Time> next_attendance() const;

  /// To be watched for input while it loads; -1 otherwise.
  [[nodiscard]] int loading_socket() const;
  /// Takes what it says when it has loaded.
  void hear();
  /// True when `pid` was the zygote's.
  bool reaped(pid_t pid, int wait_status);

  [[nodiscard]] bool ready() const { return state_ == State::ready; }
  /// Why there is none and none is on its way just now; nothing otherwise.
  [[nodiscard]] const std::optional<StepError>& failure() const { return failure_; }

  /// Forks an interpreter in the room. Only when ready; nothing when the zygote
  /// turned out to be gone, so that the next one may be asked.
  [[nodiscard]] std::optional<StartedInterpreter> fork_into(EmptyRoom& room,
                                                            const GroupEntrance& groups);

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
  std::string packages_;  ///< how they were when it started
  Time due_{};            ///< resting: when to start; loading: when to give up
  std::chrono::seconds pause_{1};
  bool told_ = false;  ///< what it could not load
  std::optional<StepError> failure_;
};

}  // namespace dynsessions::sandbox
