#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>

#include <sys/types.h>

#include "sandbox/base/unique_fd.h"
#include "sandbox/directories/directory_walk.h"
#include "sandbox/spec/launch_spec.h"
#include "sandbox/steps/interpreter_child.h"

/// How much of the disk a session's directory takes, for the tiers in which no file system of its
/// own limits it: the launcher looks now and then, and ends the rooms of a session that has more
/// than its limit. Its files stay, so that some can be deleted: from then on only growth ends
/// rooms, and what was deleted cannot be taken again. A session can have more for as long as a look
/// takes.
namespace dynsessions::sandbox {

/// What a session's directory may take: /mnt/data, /tmp, and the shared memory that is in /tmp
/// there.
[[nodiscard]] DirectoryUsage disk_limit(const Limits& limits);

class DiskWatch {
 public:
  /// Names that all sessions together have looked at in one look of the launcher, some 10 ms.
  static constexpr std::size_t kNamesPerLook = 8192;

  /// `directory` is the session's, with /mnt/data and /tmp in it; `user` that of its processes,
  /// null when they are the launcher's.
  DiskWatch(UniqueFd directory, const DirectoryUsage& limit, std::optional<Confinement::User> user);

  /// Goes on counting for so many names, and adds what `processes`, which are all of the session's,
  /// have open. True: its rooms have to be ended, since it has grown to more than it may have.
  [[nodiscard]] bool look(std::size_t names, std::span<const pid_t> processes);

  /// After look() was true: what there is has to be counted to the end before a room can be opened
  /// again, or else its growth would not be seen. look() does it, which needs an empty sandbox.
  [[nodiscard]] bool is_measuring() const { return measuring_; }
  /// The last measure was so much that deleting files is nobody's plan.
  [[nodiscard]] bool is_beyond_repair() const;

 private:
  bool must_end(std::span<const pid_t> processes);
  void finish(const DirectoryUsage& found);

  const UniqueFd directory_;
  const DirectoryUsage limit_;
  const std::optional<Confinement::User> user_;
  DirectoryUsage ceiling_;  ///< the limit, or what was there already
  std::unique_ptr<DirectoryWalk> walk_;
  int disturbed_walks_ = 0;  ///< since the last that was complete
  bool measuring_ = false;
};

/// What processes have open of the file system `device` that has no name any more: no walk finds
/// it. A process that cannot be looked into counts nothing. Without CAP_SYS_PTRACE, root can look
/// into processes of `user` only by acting as it.
[[nodiscard]] DirectoryUsage nameless_files(std::span<const pid_t> processes, dev_t device,
                                            const std::optional<Confinement::User>& user);

}  // namespace dynsessions::sandbox
