#pragma once

#include <cerrno>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "sandbox/base/unique_fd.h"
#include "sandbox/egress/egress.h"
#include "sandbox/kernel/cgroups/cgroup_join.h"
#include "sandbox/process/pending.h"
#include "sandbox/process/step_error.h"

/// The interface between the launcher and the tiers. A tier makes sandboxes, starts jails in them
/// with one interpreter each, and ends jails. Work that takes several processes is Pending, for the
/// launcher's loop. Each function either succeeds completely or throws StepError; then it leaves
/// only killed processes behind, which the launcher's loop reaps.
namespace dynsessions::sandbox {

class DiskWatch;
class Zygote;
struct SandboxPlan;

/// One interpreter and every process that it starts. They are children or descendants of the
/// launcher. Only the launcher's loop reaps, so their pids are safe to signal until then.
class Jail {
 public:
  enum class Reaped { other_process, still_running, gone };

  Jail() = default;
  Jail(const Jail&) = delete;
  Jail& operator=(const Jail&) = delete;
  virtual ~Jail() = default;

  /// Sends SIGINT to the interpreter's process group. Throws StepError, with ESRCH if it has ended.
  virtual void interrupt() = 0;
  /// Starts to end every process of the jail; reaped() reports the end. Throws StepError.
  virtual void end() = 0;
  /// Called after the loop has reaped a child. `gone`: no process of the jail is left.
  virtual Reaped reaped(pid_t pid, int wait_status) = 0;
  /// Root processes of the jail; all others descend from them. Can contain processes that have
  /// exited.
  [[nodiscard]] virtual std::vector<pid_t> processes() const = 0;
  /// The root process that runs the launcher's own code: init, or the supervisor.
  [[nodiscard]] virtual pid_t own_process() const = 0;
  /// Exit status of the interpreter, as waitpid(2) returns it; valid once the jail is gone.
  [[nodiscard]] virtual int wait_status() const = 0;
};

struct StartedJail {
  std::unique_ptr<Jail> jail;
  UniqueFd control;
  UniqueFd standard_output;
  UniqueFd standard_error;
};

/// The sandbox ends when this object is destroyed. The launcher keeps it until its last jail is
/// gone.
class Sandbox {
 public:
  Sandbox() = default;
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;
  virtual ~Sandbox() = default;

  /// The jail's processes join the sandbox's cgroups through `groups` before they do anything else.
  [[nodiscard]] virtual std::unique_ptr<Pending<StartedJail>> start(CgroupJoin groups) = 0;
  /// Like start(), but forks from the zygote. The work fails with EPIPE or ETIMEDOUT if the zygote
  /// does not fork; then the next zygote can be used.
  [[nodiscard]] virtual std::unique_ptr<Pending<StartedJail>> fork_from(
      std::weak_ptr<Zygote> /*zygote*/, CgroupJoin /*groups*/) {
    throw StepError("fork: this tier has no zygote", EINVAL);
  }
  /// The process that waits for the first start; 0 if none is needed.
  [[nodiscard]] virtual pid_t waiting_process() const { return 0; }
  /// The loop has reaped a child that is in no jail. Returns whether it was waiting_process().
  virtual bool reaped(pid_t /*pid*/) { return false; }

  /// Counts the sandbox's files; null if a separate file system limits them.
  [[nodiscard]] virtual DiskWatch* disk_watch() { return nullptr; }
};

struct MadeSandbox {
  std::unique_ptr<Sandbox> sandbox;
  UniqueFd data_directory;         ///< /mnt/data
  std::unique_ptr<Egress> egress;  ///< can still be starting; null: no outward network
};

class Isolation {
 public:
  Isolation() = default;
  Isolation(const Isolation&) = delete;
  Isolation& operator=(const Isolation&) = delete;
  virtual ~Isolation() = default;

  /// `plan` must outlive the sandbox.
  [[nodiscard]] virtual std::unique_ptr<Pending<MadeSandbox>> create(const SandboxPlan& plan,
                                                                     CgroupJoin groups) = 0;
  /// Children of the launcher that belong to no jail. Any further child was adopted after the
  /// supervisor of its jail was killed, and the launcher must end it. Returns nullopt if PID
  /// namespaces end such processes.
  [[nodiscard]] virtual std::optional<std::vector<pid_t>> helpers() { return std::nullopt; }
};

}  // namespace dynsessions::sandbox
