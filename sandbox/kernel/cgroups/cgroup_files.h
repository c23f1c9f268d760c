#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/base/unique_fd.h"
#include "sandbox/kernel/cgroups/cgroup_places.h"
#include "sandbox/protocol/sandbox_profile.h"

/// Reads and writes the files and directories of cgroups for cgroups.cpp. It works on any
/// directory, so that tests can use an ordinary one.
namespace dynsessions::sandbox {

/// A file of a group and the value to write to it.
struct GroupSetting {
  Controller controller;
  const char* file;
  std::string value;
  int harmless_error = 0;  ///< an errno after which the limit holds nevertheless
};

/// The settings that limit a sandbox.
[[nodiscard]] std::vector<GroupSetting> group_settings(const Limits& limits, bool unified);

/// The setting with which the processes of a sandbox leave the processors to those of others.
[[nodiscard]] GroupSetting low_cpu_weight(bool unified);

/// Returns the value in a line like "oom_kill 3"; 0 if there is none.
[[nodiscard]] std::uint64_t counter_in(std::string_view text, std::string_view name);

/// Returns an empty text if the file cannot be read.
[[nodiscard]] std::string read_text(const std::string& path);
/// Returns 0 or an errno. The file must exist.
[[nodiscard]] int write_text(const std::string& path, std::string_view text);

/// Makes a directory with a unique name in `parent`, and locks it as long as the descriptor is
/// open. Returns 0 or an errno.
[[nodiscard]] int make_locked_directory(const std::string& parent, std::string& name,
                                        UniqueFd& lock);

/// Removes the directories that no process has locked any more.
void sweep_directories(const std::string& parent);

/// Removes the directory and the groups in it, none of which has a process. Returns false if it
/// stays.
bool remove_directory(const std::string& directory);

/// In version 2 a group has either processes or controlled groups below it. Moves the processes in
/// `place` to a separate group. If other processes are among them, returns EBUSY and changes
/// nothing.
[[nodiscard]] int make_way_for_groups(const CgroupPlace& place);

/// Enables the controller for groups below `parent`, of version 2. Returns 0 or an errno.
[[nodiscard]] int enable_below(const CgroupPlace& parent, Controller controller);

/// The last step of make_way_for_groups(). Returns 0 or an errno.
[[nodiscard]] int move_processes_to_leaf(const CgroupPlace& place);

/// If an earlier make_way_for_groups() moved this process, returns the group above, in which to
/// make groups.
[[nodiscard]] CgroupPlace without_leaf(CgroupPlace place);

}  // namespace dynsessions::sandbox
