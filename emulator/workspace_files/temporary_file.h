#pragma once

#include <string>

#include "sandbox/base/unique_fd.h"

namespace dynsessions::workspace_files {

/// A file that nobody sees until it is placed, and that is gone when it is dropped before. Where
/// the file system can (tmpfs, ext4, xfs, btrfs), it has no name at all until then (O_TMPFILE);
/// elsewhere it has a random one in `directory`, which the destructor removes.
///
/// Failures are errno, because only the caller knows what to call the file. Calls are made under
/// ActingAs; the destructor needs no more rights than the server's own.
class TemporaryFile {
 public:
  /// No descriptor, and errno, on failure: test the result. Mode 0644.
  [[nodiscard]] static TemporaryFile create(int directory);
  /// The two ways of create(), one after the other.
  [[nodiscard]] static TemporaryFile create_nameless(int directory);
  [[nodiscard]] static TemporaryFile create_named(int directory);

  TemporaryFile(TemporaryFile&& other) noexcept;
  TemporaryFile& operator=(TemporaryFile&& other) noexcept;
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile();

  explicit operator bool() const noexcept { return static_cast<bool>(file_); }
  [[nodiscard]] int fd() const noexcept { return file_.get(); }

  /// Gives it `name` in `directory`, on the same file system, in place of whatever non-directory
  /// has that name. False, and errno, on failure.
  [[nodiscard]] bool place(int directory, const std::string& name);

 private:
  TemporaryFile() = default;
  TemporaryFile(UniqueFd file, UniqueFd directory, std::string name);
  void remove_name() noexcept;

  UniqueFd file_;
  UniqueFd directory_;  ///< where `name_` is; none while the file has no temporary name
  std::string name_;
};

}  // namespace dynsessions::workspace_files
