#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

/// Finds the cgroups of this machine in the texts of /proc. Version 1 has a hierarchy for each
/// controller or a few of them, version 2 has one for all, and a hybrid machine has both, with each
/// controller in one of them. These functions only parse texts; they read and change no file.
namespace dynsessions::sandbox {

enum class Controller { memory, pids, cpu };

inline constexpr std::array<Controller, 3> kControllers{Controller::memory, Controller::pids,
                                                        Controller::cpu};

[[nodiscard]] std::string_view name_of(Controller controller);

/// A hierarchy that is mounted so that this process can see its own group.
struct CgroupPlace {
  bool unified = false;  ///< version 2
  /// Controllers of version 1; those of version 2 are in cgroup.controllers.
  std::vector<Controller> controllers;
  std::string directory;  ///< directory of this process's own group
  std::string path;       ///< the same group, as /proc/PID/cgroup names it
};

/// Parses the texts of /proc/self/cgroup and /proc/self/mountinfo. Malformed lines are skipped: if
/// a hierarchy is not found, its limits are reported as missing.
[[nodiscard]] std::vector<CgroupPlace> find_places(std::string_view memberships,
                                                   std::string_view mounts);

/// Returns the controllers that a text like "cpuset cpu memory" names, without those that are not
/// used here.
[[nodiscard]] std::vector<Controller> parse_controllers(std::string_view names,
                                                        std::string_view separators);

/// Returns the group that `memberships` (of any process) names in the hierarchy of `place`; empty
/// if there is none.
[[nodiscard]] std::string path_in(std::string_view memberships, const CgroupPlace& place);

/// Joins "/a" and "b" to "/a/b", "/" and "b" to "/b".
[[nodiscard]] std::string below(const std::string& path, std::string_view name);

}  // namespace dynsessions::sandbox
