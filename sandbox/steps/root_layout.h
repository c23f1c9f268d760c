#pragma once

#include <string>
#include <vector>

#include "sandbox/spec/launch_spec.h"

/// What the sandbox's file system shows, as a list of entries decided once, when the
/// profile is defined: the host's /usr, a few files of its /etc, devices without state, made-up
/// identity files, and the profile's binds. Everything not listed does not exist inside.
namespace dynsessions::sandbox {

struct LayoutEntry {
  enum class Kind { directory, file, link, tree };
  Kind kind;
  std::string path;    ///< relative to the new root
  std::string source;  ///< file: its content; link: its target; tree: the host path
  bool tree_is_directory = false;
  bool tree_is_device = false;
};

/// In an order in which they can be made: parents first. Throws std::runtime_error when a source
/// of the profile does not exist, or a target is not a plain absolute path or would be hidden by
/// /proc, /tmp, /dev or /mnt/data.
[[nodiscard]] std::vector<LayoutEntry> root_layout(const SandboxProfile& profile,
                                                   Tier tier = Tier::full);

/// What slirp4netns sees of the host: itself, its libraries, the name server's address, and the
/// device to make the session's interface with.
inline constexpr const char* kEgressProgramInside = "/slirp4netns";
[[nodiscard]] std::vector<LayoutEntry> egress_layout(const std::string& program);

/// The value of NAME in the profile's environment, or `fallback`.
[[nodiscard]] std::string environment_value(const SandboxProfile& profile, const std::string& name,
                                            const std::string& fallback);

}  // namespace dynsessions::sandbox
