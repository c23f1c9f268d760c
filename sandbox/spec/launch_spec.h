#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dynsessions::sandbox {

/// A host path shown read-only inside every sandbox at `target`.
struct ReadOnlyBind {
  std::string source;
  std::string target;
  bool operator==(const ReadOnlyBind&) const = default;
};

/// Limits of one sandbox; where a limit is per process its comment says so. How hard they are:
/// limit_report.h.
struct Limits {
  std::uint64_t data_bytes = std::uint64_t{1} << 30;   ///< /mnt/data
  std::uint64_t data_inodes = 65'536;                  ///< files and directories in /mnt/data
  std::uint64_t tmp_bytes = std::uint64_t{256} << 20;  ///< /tmp
  std::uint64_t shared_memory_bytes = std::uint64_t{64} << 20;  ///< /dev/shm
  std::uint64_t processes = 256;                                ///< processes and threads
  std::uint64_t open_files = 1024;                              ///< per process
  /// Private memory of each process. All of them together have that and the three sizes above,
  /// since files are memory too.
  std::uint64_t memory_bytes = std::uint64_t{2} << 30;
  std::uint64_t cpu_hundredths = 200;  ///< CPU time per time that passes: 100 is one CPU
  bool operator==(const Limits&) const = default;
};

/// How sessions are kept apart, best first. Chosen once, for the launcher's life.
enum class Tier {
  full,        ///< namespaces, a root of their own, seccomp
  restricted,  ///< without namespaces: Landlock, seccomp, limits
  insecure,    ///< limits only: a session can do whatever its user can
};
[[nodiscard]] std::string name_of(Tier tier);

/// Settings that hold for the launcher's life. The launcher receives them once, as JSON, before
/// anything else.
struct LauncherSpec {
  Tier tier = Tier::full;
  bool control_groups = true;  ///< where there are some; otherwise limits are kept without
  /// Host user and group that a session's processes have when the launcher is root; otherwise
  /// they have the launcher's own. Below the full tier a root launcher gives each session a
  /// separate user instead (process_isolation.h).
  std::uint32_t session_uid = 65'534;
  std::uint32_t session_gid = 65'534;
  /// How long a profile without sandboxes keeps its zygote.
  std::uint64_t zygote_idle_seconds = 60;
  bool operator==(const LauncherSpec&) const = default;
};

/// What a sandbox contains and how much it may use. One launcher can have many profiles; each
/// sandbox is built from one of them.
struct SandboxProfile {
  /// In addition to the system's own /usr, /lib, /etc parts. Only the full tier can show things
  /// elsewhere than where they are.
  std::vector<ReadOnlyBind> binds;
  std::vector<std::string> interpreter;  ///< argv of the interpreter, paths as seen inside
  /// argv of the zygote that interpreters can be forked from; empty: the profile has none. The
  /// launcher appends one argument, the id to use files as.
  std::vector<std::string> zygote;
  std::vector<std::string> packages;     ///< host directories; a change replaces the zygote
  std::vector<std::string> environment;  ///< NAME=value; nothing of the host's is inherited
  Limits limits;
  /// Path of slirp4netns, which gives a sandbox a network outward; empty: its own loopback only.
  std::string egress_program;
  /// A library for sessions to preload that maps their paths (session_paths.cpp), where no mount
  /// does; empty: none. Not for the full tier.
  std::string path_library;
  bool operator==(const SandboxProfile&) const = default;
};

[[nodiscard]] std::string to_json(const LauncherSpec& spec);
[[nodiscard]] std::string to_json(const SandboxProfile& profile);
/// Both throw std::runtime_error if the text is not what to_json writes.
[[nodiscard]] LauncherSpec launcher_spec_from_json(const std::string& text);
[[nodiscard]] SandboxProfile sandbox_profile_from_json(const std::string& text);

}  // namespace dynsessions::sandbox
