#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "sandbox/base/unique_fd.h"
#include "sandbox/limits/control_group_entrance.h"
#include "sandbox/limits/control_group_places.h"
#include "sandbox/spec/launch_spec.h"
#include "sandbox/spec/limit_report.h"

/// Control groups: what all processes of one sandbox together may use of memory, processes and CPU
/// time. Each launcher has a directory of its own beside its own group, in every hierarchy that it
/// may write to, and in it a group per sandbox. What is missing is reported, never half there: a
/// sandbox's group has all that the report says, or the sandbox is not made.
///
/// The zygote stays in the launcher's own group, so that what it has loaded is charged to no
/// session; what a session changes of it is charged to the session. Uploads are charged to the
/// server, files that a program writes to its session.
///
/// The directory is locked as long as its launcher lives. One that is not belongs to a launcher
/// that was killed, and the next one to start sweeps it away.
namespace dynsessions::sandbox {

class ControlGroups {
 public:
  /// None at all: on purpose, or because none is wanted.
  ControlGroups() = default;

  /// Finds what there is and makes the directories. To be called while this process is in its
  /// parent's namespaces and single-threaded; what cannot be had is in report() and failure(). With
  /// version 2, whose groups have either processes or groups, server and launcher may move into a
  /// group of their own below the present one.
  [[nodiscard]] static ControlGroups find();

  /// Throws StepError and leaves nothing behind.
  void make(std::uint64_t sandbox, const Limits& limits);
  /// For a process that is to be in that sandbox's groups. Throws StepError.
  [[nodiscard]] GroupEntrance open(std::uint64_t sandbox, Joining how = Joining::as_child) const;
  [[nodiscard]] bool holds(std::uint64_t sandbox, pid_t pid) const;
  /// How many processes of the sandbox the kernel has killed for want of memory, ever.
  [[nodiscard]] std::uint64_t memory_kills(std::uint64_t sandbox) const;
  /// Of an empty sandbox. The kernel may need a moment; then remove_leftovers() tries again.
  void remove(std::uint64_t sandbox);
  void remove_leftovers();
  [[nodiscard]] bool has_leftovers() const { return !leftovers_.empty(); }

  /// When no process of any sandbox is left: everything that find() and make() made. Also for the
  /// process that outlives the launcher and has a copy of this object.
  void remove_all() const;

  /// Memory and processes count as they are kept without groups where there are none; files are
  /// not looked at.
  [[nodiscard]] LimitReport report() const;

  struct Failure {
    std::string step;
    int error_number = 0;
  };
  /// What stood in the way of the first controller that is missing.
  [[nodiscard]] const std::optional<Failure>& failure() const { return failure_; }

 private:
  /// Our directory in one hierarchy.
  struct Tree {
    ControlGroupPlace place;  ///< with the controllers that work
    std::string directory;
    std::string path;  ///< as /proc/PID/cgroup names it
    UniqueFd lock;
    bool children_are_born_in_it = false;
  };

  void add_tree(ControlGroupPlace place);
  void try_out(Tree& tree);
  void make_in(const Tree& tree, const std::string& name, const Limits& limits) const;
  [[nodiscard]] const Tree* tree_of(Controller controller) const;
  [[nodiscard]] LimitState state_of(Controller controller, LimitState otherwise) const;
  void note(const std::string& step, int error_number);

  std::vector<Tree> trees_;
  std::vector<std::string> leftovers_;
  std::optional<Failure> failure_;
};

}  // namespace dynsessions::sandbox
