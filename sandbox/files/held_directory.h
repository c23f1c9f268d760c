#pragma once

#include <optional>
#include <utility>

#include <sys/stat.h>
#include <sys/types.h>

#include "sandbox/base/directory_names.h"

namespace dynsessions::sandbox {

/// Which file it is, whatever its names.
using FileIdentity = std::pair<dev_t, ino_t>;
[[nodiscard]] FileIdentity identity_of(const struct stat& status);

/// A directory of a hostile tree that is being read. One that its owner has closed to itself (chmod
/// 000) is opened for as long as it is held, and then gets its mode back.
class HeldDirectory {
 public:
  enum class Purpose { look, change };

  /// The directory `name` of `parent`; tests false when there is none, or a link.
  HeldDirectory(int parent, const char* name, Purpose purpose = Purpose::look);
  HeldDirectory(const HeldDirectory&) = delete;
  HeldDirectory& operator=(const HeldDirectory&) = delete;
  HeldDirectory& operator=(HeldDirectory&& other) noexcept;
  ~HeldDirectory();

  explicit operator bool() const { return static_cast<bool>(names_); }
  [[nodiscard]] int fd() const { return names_.fd(); }
  [[nodiscard]] FileIdentity identity() const;
  /// As DirectoryNames::next().
  [[nodiscard]] const char* next_name() { return names_.next(); }

  void hold();
  void let_go();

 private:
  DirectoryNames names_;
  mode_t needed_;
  std::optional<mode_t> own_mode_;  ///< to be given back
};

}  // namespace dynsessions::sandbox
