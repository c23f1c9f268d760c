#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "sandbox/base/unique_fd.h"
#include "sandbox/kernel/cgroups/cgroup_join.h"
#include "sandbox/kernel/cgroups/cgroup_places.h"
#include "sandbox/protocol/limit_report.h"
#include "sandbox/protocol/sandbox_profile.h"

/// Cgroups limit the memory, processes and CPU time of all processes of one sandbox together. Each
/// launcher has a directory next to its own group in every hierarchy that it can write to, with one
/// group per sandbox. A controller that does not work is reported; every sandbox has all the
/// controllers that the report names, or is not made.
///
/// The zygote stays in the launcher's own group, so that what it has loaded is charged to no
/// session; what a session changes of it is charged to the session. Uploads are charged to the
/// server, files that a program writes to its session.
///
/// The directory is locked as long as its launcher lives. One that is not belongs to a launcher
/// that was killed, and the next one to start sweeps it away.
namespace dynsessions::sandbox {

class Cgroups {
 public:
  /// No cgroups: they are switched off.
  Cgroups() = default;

  /// Finds the hierarchies and makes the directories. Call it while this process is in its
  /// parent's namespaces and single-threaded; report() and failure() tell what does not work. In
  /// version 2 a group contains either processes or groups, so server and launcher may move into a
  /// new group below the present one.
  [[nodiscard]] static Cgroups find();

  /// Throws StepError and leaves nothing behind.
  void make(std::uint64_t sandbox, const Limits& limits);
  /// For a process that is about to join that sandbox's groups. Throws StepError.
  [[nodiscard]] CgroupJoin open(std::uint64_t sandbox, Joining how = Joining::as_child) const;
  [[nodiscard]] bool holds(std::uint64_t sandbox, pid_t pid) const;
  /// Number of the sandbox's processes that the kernel has killed for lack of memory.
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
  /// Why the first missing controller does not work; nullopt if none is missing.
  [[nodiscard]] const std::optional<Failure>& failure() const { return failure_; }

 private:
  /// Our directory in one hierarchy.
  struct Tree {
    CgroupPlace place;  ///< with the controllers that work
    std::string directory;
    std::string path;  ///< as /proc/PID/cgroup names it
    UniqueFd lock;
    bool can_clone_into = false;
  };

  void add_tree(CgroupPlace place);
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
