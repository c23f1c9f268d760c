#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <sys/types.h>

#include "sandbox/base/unique_fd.h"
#include "sandbox/egress/egress.h"
#include "sandbox/limits/control_group_entrance.h"

/// What the launcher needs of whatever isolates sessions: it makes sandboxes, opens rooms in them
/// with an interpreter in each, and ends rooms. Each function either succeeds wholly or throws
/// StepError and leaves nothing behind but what it killed, for the launcher's loop to reap.
namespace dynsessions::sandbox {

class DiskWatch;
class Zygote;
struct SandboxPlan;

/// A step that failed, by name, with its errno.
class StepError : public std::runtime_error {
 public:
  StepError(const std::string& step, int error_number)
      : std::runtime_error(step), error_number_(error_number) {}
  [[nodiscard]] int error_number() const noexcept { return error_number_; }

 private:
  int error_number_;
};

/// One interpreter and all that it starts. Its processes are children of the launcher, or
/// descendants of one; only the launcher's loop reaps, so that pids are safe to signal until then.
class Room {
 public:
  enum class News { not_ours, still_there, gone };

  Room() = default;
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;
  virtual ~Room() = default;

  /// SIGINT to the interpreter's process group. Throws StepError, with ESRCH when it has ended.
  virtual void interrupt() = 0;
  /// Begins the end of everything in it. Throws StepError.
  virtual void end() = 0;
  /// The loop has reaped a child. `gone`: nothing of the room is left.
  virtual News reaped(pid_t pid, int wait_status) = 0;
  /// Those that it began with; everything else in it comes of them. Ended ones may be among them.
  [[nodiscard]] virtual std::vector<pid_t> processes() const = 0;
  /// The one of those that is no program's but the launcher's own code.
  [[nodiscard]] virtual pid_t own_process() const = 0;
  /// How the interpreter ended, as of waitpid(2), when the room is gone.
  [[nodiscard]] virtual int wait_status() const = 0;
};

struct OpenedRoom {
  std::unique_ptr<Room> room;
  UniqueFd control;
  UniqueFd standard_output;
  UniqueFd standard_error;
};

/// Ends with its object, which the launcher keeps until its last room is gone.
class Sandbox {
 public:
  Sandbox() = default;
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;
  virtual ~Sandbox() = default;

  /// `groups`: how the room's processes get into the sandbox's control groups, before they do
  /// anything else.
  [[nodiscard]] virtual OpenedRoom start(const GroupEntrance& groups) = 0;
  /// As Zygote::fork_into().
  [[nodiscard]] virtual std::optional<OpenedRoom> fork_from(Zygote& zygote,
                                                            const GroupEntrance& groups) = 0;
  /// Does in advance what can be done of the next of these two, which also tells what fails here.
  /// The process that is there for it now, if there is one.
  virtual std::optional<pid_t> prepare(const GroupEntrance& /*groups*/) { return std::nullopt; }
  /// The loop has reaped a child that is in no room: whether it was one of what is prepared.
  virtual bool reaped(pid_t /*pid*/) { return false; }

  /// What keeps its files to their limit; null where a file system of its own does.
  [[nodiscard]] virtual DiskWatch* disk_watch() { return nullptr; }
};

struct MadeSandbox {
  std::unique_ptr<Sandbox> sandbox;
  UniqueFd data_directory;         ///< /mnt/data
  std::unique_ptr<Egress> egress;  ///< perhaps not up yet; null: no network outward
};

class Isolation {
 public:
  Isolation() = default;
  Isolation(const Isolation&) = delete;
  Isolation& operator=(const Isolation&) = delete;
  virtual ~Isolation() = default;

  /// `plan` outlives the sandbox.
  [[nodiscard]] virtual MadeSandbox create(const SandboxPlan& plan,
                                           const GroupEntrance& groups) = 0;
  /// Children of the launcher beside those of rooms. Where this is told, it has no others but those
  /// that it has adopted because the keeper of a room was killed: they are to be ended. Nothing:
  /// they end with their PID namespace.
  [[nodiscard]] virtual std::optional<std::vector<pid_t>> helpers() { return std::nullopt; }
};

}  // namespace dynsessions::sandbox
