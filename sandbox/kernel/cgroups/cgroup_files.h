#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/base/unique_fd.h"
#include "sandbox/kernel/cgroups/cgroup_places.h"
#include "sandbox/protocol/sandbox_profile.h"

/// The files of cgroups by their names, and directories of groups: what cgroups.cpp
/// does its work with. It works on any directory, so tests can give it one that is none of the
/// kernel's.
namespace dynsessions::sandbox {

/// A file of a group and what is written to it.
struct GroupSetting {
  Controller controller;
  const char* file;
  std::string value;
  int harmless_error = 0;  ///< an errno with which the limit holds all the same
};

/// What limits a sandbox.
[[nodiscard]] std::vector<GroupSetting> group_settings(const Limits& limits, bool unified);

/// The value of a line like "oom_kill 3"; 0 when there is none.
[[nodiscard]] std::uint64_t counter_in(std::string_view text, std::string_view name);

/// Empty when it cannot be read.
[[nodiscard]] std::string read_text(const std::string& path);
/// 0 or an errno. The file must exist.
[[nodiscard]] int write_text(const std::string& path, std::string_view text);

/// Makes a directory beside others of its kind, with a name of its own, and locks it as long as the
/// descriptor is open. 0 or an errno.
[[nodiscard]] int make_locked_directory(const std::string& parent, std::string& name,
                                        UniqueFd& lock);

/// Removes those that nobody has locked any more.
void sweep_directories(const std::string& parent);

/// Removes the directory and the groups in it, none of which has a process. False when it stays.
bool remove_directory(const std::string& directory);

/// In version 2 a group has either processes or controlled groups below it. Processes in `place`
/// move to a group of their own, unless they are other people's: EBUSY then, and nothing is
/// changed.
[[nodiscard]] int make_way_for_groups(const CgroupPlace& place);

/// Lets groups below `parent`, of version 2, have the controller; 0 or an errno.
[[nodiscard]] int enable_below(const CgroupPlace& parent, Controller controller);

/// The last part of it. 0 or an errno.
[[nodiscard]] int move_processes_to_leaf(const CgroupPlace& place);

/// Where an earlier make_way_for_groups() moved us, the group above is the one to build in.
[[nodiscard]] CgroupPlace without_leaf(CgroupPlace place);

}  // namespace dynsessions::sandbox
