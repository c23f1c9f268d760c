#pragma once

#include <cstddef>
#include <cstdint>
#include <set>

#include <sys/stat.h>

#include "sandbox/files/directory_descent.h"

/// Counts the space and files of a tree on a file system without a quota. Hostile code can change
/// the tree during the walk (directory_descent.h). A walk can be interrupted after any number of
/// names and continued later.
namespace dynsessions::sandbox {

struct DirectoryUsage {
  /// Blocks on the disk: holes take no space, and a file with two names counts once.
  std::uint64_t bytes = 0;
  std::uint64_t files = 0;  ///< names of files, directories and everything else, as in a tmpfs

  /// Whether bytes or files exceed `limit`.
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
    disturbed,  ///< a directory was moved, and the walk must start again
  };

  /// Counts everything below the directory, without the directory itself. `directory` is borrowed
  /// for this call only.
  explicit DirectoryWalk(int directory);

  /// Visits up to `names` further names.
  State visit(std::size_t names);
  [[nodiscard]] State state() const { return state_; }
  /// The usage found so far.
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
