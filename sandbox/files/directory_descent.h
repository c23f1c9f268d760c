#pragma once

#include <string>
#include <vector>

#include "sandbox/files/held_directory.h"

namespace dynsessions::sandbox {

/// A way through all directories of a hostile tree, each with its names first and then with the
/// directories in it. No link is followed. Depth costs a name per level, no descriptor and no
/// stack: the way back is `..`, and whoever moved the directory meanwhile ends the descent there.
class DirectoryDescent {
 public:
  enum class Step {
    entered,
    left,       ///< back above `left_name()`, or could not enter it
    finished,   ///< every directory was entered, and this is the top again
    disturbed,  ///< the directory was moved, and there is no way back
  };

  /// Begins in the directory `name` of `parent`; tests false when it cannot be opened.
  DirectoryDescent(int parent, const char* name, HeldDirectory::Purpose purpose);

  explicit operator bool() const { return static_cast<bool>(here_); }
  [[nodiscard]] HeldDirectory& here() { return here_; }
  /// The next of this directory's names; null when all were given.
  [[nodiscard]] const char* next_name();
  /// One of them that is to be entered.
  void enter_later(const char* name) { way_.back().directories.emplace_back(name); }

  /// To be called when there are no names left.
  [[nodiscard]] Step step();
  /// After a step that `left`: the directory's name in this one.
  [[nodiscard]] const std::string& left_name() const { return left_name_; }

 private:
  struct Level {
    FileIdentity identity;
    std::string name;                           ///< in the one above
    std::vector<std::string> directories = {};  ///< still to be entered
    bool is_read = false;                       ///< all of its names were given
  };

  Step enter();
  Step leave();

  const HeldDirectory::Purpose purpose_;
  HeldDirectory here_;
  std::vector<Level> way_;  ///< from the top to here
  std::string left_name_;
};

}  // namespace dynsessions::sandbox
