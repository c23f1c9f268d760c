#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>

#include <sys/types.h>

#include "sandbox/base/unique_fd.h"
#include "sandbox/base/user_ids.h"
#include "sandbox/files/directory_walk.h"
#include "sandbox/protocol/sandbox_profile.h"

/// Watches the disk usage of a session's directory, for the tiers in which no separate file system
/// limits it. The launcher scans periodically and ends the jails of a session that exceeds its
/// limit. The files stay, so that the session can delete some; from then on only growth ends jails,
/// and space that was freed cannot be used again. A session can exceed its limit between two scans.
namespace dynsessions::sandbox {

/// The limit of a session's directory: /mnt/data, /tmp, and the shared memory, which is in /tmp in
/// these tiers.
[[nodiscard]] DirectoryUsage disk_limit(const Limits& limits);

class DiskWatch {
 public:
  /// Number of names, of all sessions together, that the launcher visits in one scan; this takes
  /// some 10 ms.
  static constexpr std::size_t kNamesPerScan = 8192;

  /// `directory` belongs to the session and contains /mnt/data and /tmp; `user` is that of its
  /// processes, null if they have the launcher's.
  DiskWatch(UniqueFd directory, const DirectoryUsage& limit, std::optional<UserIds> user);

  /// Continues counting for that many names, and adds the unlinked files that `processes`, all of
  /// the session's, have open. Returns true if the session exceeds its limit and its jails must
  /// end.
  [[nodiscard]] bool scan(std::size_t names, std::span<const pid_t> processes);

  /// After scan() has returned true, the files must be counted to the end before the next jail is
  /// started, or its growth would be missed. scan() continues to count while the sandbox has no
  /// jails.
  [[nodiscard]] bool is_measuring() const { return measuring_; }
  /// Usage is so far over the limit that deleting files cannot fix it.
  [[nodiscard]] bool is_beyond_repair() const;

 private:
  bool must_end(std::span<const pid_t> processes);
  void finish(const DirectoryUsage& found);

  const UniqueFd directory_;
  const DirectoryUsage limit_;
  const std::optional<UserIds> user_;
  DirectoryUsage ceiling_;  ///< the limit; after it was exceeded, the usage that was left
  std::unique_ptr<DirectoryWalk> walk_;
  int disturbed_walks_ = 0;  ///< walks that were disturbed since the last complete one
  bool measuring_ = false;
};

/// Size of the files on file system `device` that these processes have open and that have no name
/// any more, so that a walk does not find them. A process that cannot be inspected counts as zero.
/// Without CAP_SYS_PTRACE root can inspect processes of `user` only by acting as that user.
[[nodiscard]] DirectoryUsage unlinked_open_files(std::span<const pid_t> processes, dev_t device,
                                                 const std::optional<UserIds>& user);

}  // namespace dynsessions::sandbox
