#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <dirent.h>

#include <sys/stat.h>

#include "emulator/core/unique_fd.h"

/// Counting what a tree of files takes, where no file system has a quota for it. The tree belongs
/// to hostile code that works in it meanwhile. So no link is followed; depth costs a name per level
/// and no descriptor; a walk may be interrupted after any number of names and go on later.
namespace dynsessions::sandbox {

struct FolderUsage {
  std::uint64_t bytes =
      0;  ///< blocks on the disk: holes take none, a file with two names counts once
  std::uint64_t files = 0;  ///< names of files, folders and everything else, as in a tmpfs

  /// Whether it is more than `limit` in either.
  [[nodiscard]] bool exceeds(const FolderUsage& limit) const {
    return bytes > limit.bytes || files > limit.files;
  }
  friend FolderUsage operator+(const FolderUsage& a, const FolderUsage& b) {
    return {a.bytes + b.bytes, a.files + b.files};
  }
  bool operator==(const FolderUsage&) const = default;
};

/// Which file it is, whatever its names.
using FileIdentity = std::pair<dev_t, ino_t>;
[[nodiscard]] FileIdentity identity_of(const struct stat& status);
[[nodiscard]] std::uint64_t bytes_of(const struct stat& status);

/// A folder that is being read. One that its owner has closed to itself (chmod 000) is opened for
/// as long as it is held, and then gets its mode back.
class HeldFolder {
 public:
  /// The folder `name` of `parent`; tests false when there is none, or a link.
  HeldFolder(int parent, const char* name);
  HeldFolder(const HeldFolder&) = delete;
  HeldFolder& operator=(const HeldFolder&) = delete;
  HeldFolder(HeldFolder&& other) noexcept;
  HeldFolder& operator=(HeldFolder&& other) noexcept;
  ~HeldFolder();

  explicit operator bool() const { return stream_ != nullptr; }
  [[nodiscard]] int fd() const { return ::dirfd(stream_); }
  [[nodiscard]] FileIdentity identity() const;
  /// But not . and .., or null at the end. Valid until the next call.
  [[nodiscard]] const char* next_name() const;

  void hold();
  void let_go();

 private:
  DIR* stream_ = nullptr;
  std::optional<mode_t> own_mode_;  ///< to be given back
};

class FolderWalk {
 public:
  enum class State {
    under_way,
    complete,
    disturbed,  ///< a folder on the way was moved, so that the walk cannot find back: begin anew
  };

  /// Of all that is below the folder, without itself. `folder` is borrowed for this call only.
  explicit FolderWalk(int folder);

  /// Looks at up to so many names more.
  State go_on(std::size_t names);
  [[nodiscard]] State state() const { return state_; }
  /// So far.
  [[nodiscard]] const FolderUsage& found() const { return found_; }

 private:
  struct Level {
    FileIdentity identity;
    std::vector<std::string> folders;  ///< still to be entered
    bool is_read = false;              ///< all of its names are counted
  };

  void look_at_next();
  void count(const char* name);
  void enter_next();
  void leave();

  HeldFolder here_;
  std::vector<Level> way_;  ///< from the top to here
  std::set<FileIdentity> linked_;
  FolderUsage found_;
  State state_ = State::under_way;
};

}  // namespace dynsessions::sandbox
