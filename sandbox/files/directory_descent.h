#pragma once

#include <string>
#include <vector>

#include "sandbox/files/held_directory.h"

namespace dynsessions::sandbox {

/// Visits all directories of a hostile tree: first the names in a directory, then the directories
/// in it. No link is followed. Depth costs a name per level, but no descriptor and no stack: the
/// way back is `..`. If a directory was moved in the meantime, the descent ends.
class DirectoryDescent {
 public:
  enum class Step {
    entered,
    left,       ///< returned from `left_name()`, or could not enter it
    finished,   ///< every directory was entered, and this is the top again
    disturbed,  ///< the directory was moved, and there is no way back
  };

  /// Begins in the directory `name` of `parent`; tests false if it cannot be opened.
  DirectoryDescent(int parent, const char* name, HeldDirectory::Purpose purpose);

  explicit operator bool() const { return static_cast<bool>(here_); }
  [[nodiscard]] HeldDirectory& here() { return here_; }
  /// Returns the next name in this directory; null after the last.
  [[nodiscard]] const char* next_name();
  /// Marks one of these names as a directory to enter.
  void enter_later(const char* name) { way_.back().directories.emplace_back(name); }

  /// Call it when there are no names left.
  [[nodiscard]] Step step();
  /// After the step `left`: the name of that directory in this one.
  [[nodiscard]] const std::string& left_name() const { return left_name_; }

 private:
  struct Level {
    FileIdentity identity;
    std::string name;                           ///< name in the directory above
    std::vector<std::string> directories = {};  ///< directories that are not entered yet
    bool is_read = false;                       ///< all of its names were given
  };

  Step enter();
  Step leave();

  const HeldDirectory::Purpose purpose_;
  HeldDirectory here_;
  std::vector<Level> way_;  ///< levels from the top to this directory
  std::string left_name_;
};

}  // namespace dynsessions::sandbox
