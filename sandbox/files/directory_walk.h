#pragma once

#include <cstddef>
#include <cstdint>
#include <set>

#include <sys/stat.h>

#include "sandbox/files/directory_descent.h"

/// Counting what a tree of files takes, where no file system has a quota for it. The tree belongs
/// to hostile code that works in it meanwhile (directory_descent.h). A walk may be interrupted
/// after any number of names and go on later.
namespace dynsessions::sandbox {

struct DirectoryUsage {
  /// Blocks on the disk: holes take none, a file with two names counts once.
  std::uint64_t bytes = 0;
  std::uint64_t files = 0;  ///< names of files, directories and everything else, as in a tmpfs

  /// Whether it is more than `limit` in either.
  [[nodiscard]] bool exceeds(const DirectoryUsage& limit) const {
    return bytes > limit.bytes || files > limit.files;
  }
  friend DirectoryUsage operator+(const DirectoryUsage& a, const DirectoryUsage& b) {
    return {a.bytes + b.bytes, a.files + b.files};
  }
  bool operator==(const DirectoryUsage&) const = default;
};

[[nodiscard]] std::uint64_t bytes_of(const struct stat& status);

class DirectoryWalk {
 public:
  enum class State {
    under_way,
    complete,
    disturbed,  ///< a directory on the way was moved, so that the walk cannot find back: begin anew
  };

  /// Of all that is below the directory, without itself. `directory` is borrowed for this call
  /// only.
  explicit DirectoryWalk(int directory);

  /// Looks at up to so many names more.
  State go_on(std::size_t names);
  [[nodiscard]] State state() const { return state_; }
  /// So far.
  [[nodiscard]] const DirectoryUsage& found() const { return found_; }

 private:
  void look_at_next();
  void count(const char* name);

  DirectoryDescent way_;
  std::set<FileIdentity> linked_;
  DirectoryUsage found_;
  State state_ = State::under_way;
};

}  // namespace dynsessions::sandbox
