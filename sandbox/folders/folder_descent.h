#pragma once

#include <string>
#include <vector>

#include "sandbox/folders/held_folder.h"

namespace dynsessions::sandbox {

/// A way through all folders of a hostile tree, each with its names first and then with the folders
/// in it. No link is followed. Depth costs a name per level, no descriptor and no stack: the way
/// back is `..`, and whoever moved the folder meanwhile ends the descent there.
class FolderDescent {
 public:
  enum class Step {
    entered,
    left,       ///< back above `left_name()`, or could not enter it
    finished,   ///< every folder was entered, and this is the top again
    disturbed,  ///< the folder was moved, and there is no way back
  };

  /// Begins in the folder `name` of `parent`; tests false when it cannot be opened.
  FolderDescent(int parent, const char* name, HeldFolder::Purpose purpose);

  explicit operator bool() const { return static_cast<bool>(here_); }
  [[nodiscard]] HeldFolder& here() { return here_; }
  /// The next of this folder's names; null when all were given.
  [[nodiscard]] const char* next_name();
  /// One of them that is to be entered.
  void enter_later(const char* name) { way_.back().folders.emplace_back(name); }

  /// To be called when there are no names left.
  [[nodiscard]] Step step();
  /// After a step that `left`: the folder's name in this one.
  [[nodiscard]] const std::string& left_name() const { return left_name_; }

 private:
  struct Level {
    FileIdentity identity;
    std::string name;                       ///< in the one above
    std::vector<std::string> folders = {};  ///< still to be entered
    bool is_read = false;                   ///< all of its names were given
  };

  Step enter();
  Step leave();

  const HeldFolder::Purpose purpose_;
  HeldFolder here_;
  std::vector<Level> way_;  ///< from the top to here
  std::string left_name_;
};

}  // namespace dynsessions::sandbox
