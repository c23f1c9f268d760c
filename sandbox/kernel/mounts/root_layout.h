#pragma once

#include <string>
#include <vector>

#include "sandbox/protocol/launcher_spec.h"
#include "sandbox/protocol/sandbox_profile.h"

/// The contents of the sandbox's file system, as a list of entries that is made once, when the
/// profile is defined: the host's /usr, a few files of its /etc, devices without state, made-up
/// identity files, and the profile's binds. No other file exists inside.
namespace dynsessions::sandbox {

struct LayoutEntry {
  enum class Kind { directory, file, link, tree };
  Kind kind;
  std::string path;    ///< relative to the new root
  std::string source;  ///< file: its content; link: its target; tree: the host path
  bool tree_is_directory = false;
  bool tree_is_device = false;
};

/// Returns the entries, parents before children. Throws std::runtime_error if a source of the
/// profile does not exist, or if a target is not a plain absolute path or would be hidden by /proc,
/// /tmp, /dev or /mnt/data.
[[nodiscard]] std::vector<LayoutEntry> root_layout(const SandboxProfile& profile,
                                                   Tier tier = Tier::full);

/// The files of the host that slirp4netns sees: itself, its libraries, the name server's address,
/// and the device that makes the session's interface.
inline constexpr const char* kEgressProgramInside = "/slirp4netns";
[[nodiscard]] std::vector<LayoutEntry> egress_layout(const std::string& program);

/// Entries that mask parts of /proc, relative to the root: a directory without entries, and the two
/// lines of /proc/vmstat from which psutil reads how much a machine swaps.
inline constexpr const char* kEmptyDirectory = "sys/class/power_supply";
inline constexpr const char* kMemoryEvents = "etc/vmstat";

/// Address of slirp4netns's name server inside the sandbox; this is its default.
inline constexpr const char* kEgressNameServer = "10.0.2.3";

/// Returns the value of NAME in the profile's environment, or `fallback`.
[[nodiscard]] std::string environment_value(const SandboxProfile& profile, const std::string& name,
                                            const std::string& fallback);

}  // namespace dynsessions::sandbox
