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
/// The zygote stays in the launcher's own group, so that its modules are charged to no session;
/// pages that a session changes are charged to the session. Uploads are charged to the server;
/// files that a program writes are charged to its session.
///
/// The directory is locked as long as its launcher lives. An unlocked directory belongs to a
/// launcher that was killed; the next launcher removes it at its start.
namespace dynsessions::sandbox {

class Cgroups {
 public:
  /// Makes an object without groups, for the case that cgroups are switched off.
  Cgroups() = default;

  /// Finds the hierarchies and makes the directories. Call it while this process is in its parent's
  /// namespaces and single-threaded; report() and failure() show what does not work. In version 2 a
  /// group contains either processes or groups, so server and launcher sometimes move into a new
  /// group below their present one.
  [[nodiscard]] static Cgroups find();

  /// Throws StepError and leaves no group behind.
  void make(std::uint64_t sandbox, const Limits& limits);
  /// Opens the files for a process that will join the groups of that sandbox. Throws StepError.
  [[nodiscard]] CgroupJoin open(std::uint64_t sandbox, Joining how = Joining::as_child) const;
  [[nodiscard]] bool holds(std::uint64_t sandbox, pid_t pid) const;
  /// Number of the sandbox's processes that the kernel has killed for lack of memory.
  [[nodiscard]] std::uint64_t memory_kills(std::uint64_t sandbox) const;
  /// From now on the processes of that sandbox leave the processors to those of others. Does
  /// nothing without a CPU group.
  void lower_cpu_weight(std::uint64_t sandbox) const;
  /// Removes the groups of an empty sandbox. The kernel sometimes needs a moment; then
  /// remove_leftovers() tries again.
  void remove(std::uint64_t sandbox);
  void remove_leftovers();
  [[nodiscard]] bool has_leftovers() const { return !leftovers_.empty(); }

  /// Removes everything that find() and make() made. Call it when no process of any sandbox is
  /// left. The process that outlives the launcher can also call it on its copy of this object.
  void remove_all() const;

  /// Without groups, memory and processes are reported as enforced by other means. Files are not
  /// included.
  [[nodiscard]] LimitReport report() const;

  struct Failure {
    std::string step;
    int error_number = 0;
  };
  /// The reason why the first missing controller does not work; nullopt if none is missing.
  [[nodiscard]] const std::optional<Failure>& failure() const { return failure_; }

 private:
  /// The launcher's directory in one hierarchy.
  struct Tree {
    CgroupPlace place;  ///< its controllers are those that work
    std::string directory;
    std::string path;  ///< path of the group in /proc/PID/cgroup
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
