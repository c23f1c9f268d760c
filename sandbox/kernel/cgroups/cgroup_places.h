#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

/// Where on this machine cgroups are to be found, out of what /proc says: version 1 has a
/// hierarchy per controller or per few of them, version 2 one for all, and a hybrid machine has
/// both, with each controller in one of them. Only texts; nothing is looked at or changed here.
namespace dynsessions::sandbox {

enum class Controller { memory, pids, cpu };

inline constexpr std::array<Controller, 3> kControllers{Controller::memory, Controller::pids,
                                                        Controller::cpu};

[[nodiscard]] std::string_view name_of(Controller controller);

/// A hierarchy that is mounted where this process can see its own group.
struct CgroupPlace {
  bool unified = false;                 ///< version 2
  std::vector<Controller> controllers;  ///< of version 1; version 2 tells in cgroup.controllers
  std::string directory;                ///< of this process's own group
  std::string path;                     ///< the same, as /proc/PID/cgroup names it
};

/// From the texts of /proc/self/cgroup and /proc/self/mountinfo. Lines that make no sense are
/// skipped: a place that is not found is a limit that is reported as missing.
[[nodiscard]] std::vector<CgroupPlace> find_places(std::string_view memberships,
                                                   std::string_view mounts);

/// Of those that matter here, the ones that a text like "cpuset cpu memory" names.
[[nodiscard]] std::vector<Controller> parse_controllers(std::string_view names,
                                                        std::string_view separators);

/// The group that `memberships` (of any process) names in the hierarchy of `place`; empty: none.
[[nodiscard]] std::string path_in(std::string_view memberships, const CgroupPlace& place);

/// "/a" and "b" make "/a/b", "/" and "b" make "/b".
[[nodiscard]] std::string below(const std::string& path, std::string_view name);

}  // namespace dynsessions::sandbox
