#pragma once

#include <cstddef>
#include <cstdint>
#include <set>

#include <sys/stat.h>

#include "sandbox/folders/folder_descent.h"

/// Counting what a tree of files takes, where no file system has a quota for it. The tree belongs
/// to hostile code that works in it meanwhile (folder_descent.h). A walk may be interrupted after
/// any number of names and go on later.
namespace dynsessions::sandbox {

struct FolderUsage {
  /// Blocks on the disk: holes take none, a file with two names counts once.
  std::uint64_t bytes = 0;
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

[[nodiscard]] std::uint64_t bytes_of(const struct stat& status);

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
  void look_at_next();
  void count(const char* name);

  FolderDescent way_;
  std::set<FileIdentity> linked_;
  FolderUsage found_;
  State state_ = State::under_way;
};

}  // namespace dynsessions::sandbox
