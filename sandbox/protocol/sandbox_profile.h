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

/// Limits of one sandbox; the comment of a limit per process says so. For how strictly they are
/// enforced see limit_report.h.
struct Limits {
  std::uint64_t data_bytes = std::uint64_t{1} << 30;   ///< /mnt/data
  std::uint64_t data_inodes = 65'536;                  ///< files and directories in /mnt/data
  std::uint64_t tmp_bytes = std::uint64_t{256} << 20;  ///< /tmp
  std::uint64_t shared_memory_bytes = std::uint64_t{64} << 20;  ///< /dev/shm
  std::uint64_t processes = 256;                                ///< processes and threads
  std::uint64_t open_files = 1024;                              ///< per process
  /// Private memory of each process. All processes together have this and the three sizes above,
  /// since files are memory too.
  std::uint64_t memory_bytes = std::uint64_t{2} << 30;
  std::uint64_t cpu_hundredths = 200;  ///< CPU time per elapsed time: 100 is one CPU
  bool operator==(const Limits&) const = default;
};

/// The contents of a sandbox and its limits. One launcher can have many profiles; each sandbox is
/// built from one of them.
struct SandboxProfile {
  /// In addition to the system's own /usr, /lib, /etc parts. Only the full tier can show a path at
  /// another place than its own.
  std::vector<ReadOnlyBind> binds;
  std::vector<std::string> interpreter;  ///< argv of the interpreter, paths as seen inside
  /// argv of the zygote from which interpreters can be forked; empty: the profile has none. The
  /// launcher appends one argument, the id as which it uses files.
  std::vector<std::string> zygote;
  std::vector<std::string> packages;     ///< host directories; a change replaces the zygote
  std::vector<std::string> environment;  ///< NAME=value; nothing is inherited from the host
  Limits limits;
  /// Path of slirp4netns, which gives a sandbox an outward network; empty: loopback only.
  std::string egress_program;
  /// A library for sessions to preload that maps their paths if no mount does
  /// (path_redirect_preload.cpp); empty: none. Not for the full tier.
  std::string path_library;
  bool operator==(const SandboxProfile&) const = default;
};

[[nodiscard]] std::string to_json(const SandboxProfile& profile);
/// Throws std::runtime_error unless the text is in the format of to_json.
[[nodiscard]] SandboxProfile sandbox_profile_from_json(const std::string& text);

}  // namespace dynsessions::sandbox
