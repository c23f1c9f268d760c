#pragma once

#include <optional>
#include <utility>

#include <sys/stat.h>
#include <sys/types.h>

#include "sandbox/base/directory_names.h"

namespace dynsessions::sandbox {

/// Identifies a file, whatever its names are.
using FileIdentity = std::pair<dev_t, ino_t>;
[[nodiscard]] FileIdentity identity_of(const struct stat& status);

/// A directory of a hostile tree that is being read. If its owner has closed it to itself (chmod
/// 000), it is made readable as long as it is held, and then gets its mode back.
class HeldDirectory {
 public:
  enum class Purpose { look, change };

  /// Opens the directory `name` of `parent`; tests false if there is none or it is a link.
  HeldDirectory(int parent, const char* name, Purpose purpose = Purpose::look);
  HeldDirectory(const HeldDirectory&) = delete;
  HeldDirectory& operator=(const HeldDirectory&) = delete;
  HeldDirectory& operator=(HeldDirectory&& other) noexcept;
  ~HeldDirectory();

  explicit operator bool() const { return static_cast<bool>(names_); }
  [[nodiscard]] int fd() const { return names_.fd(); }
  [[nodiscard]] FileIdentity identity() const;
  /// See DirectoryNames::next().
  [[nodiscard]] const char* next_name() { return names_.next(); }

  void hold();
  void let_go();

 private:
  DirectoryNames names_;
  mode_t needed_;
  std::optional<mode_t> own_mode_;  ///< mode that the destructor restores
};

}  // namespace dynsessions::sandbox
