#pragma once

#include <string>

#include "sandbox/base/unique_fd.h"

namespace dynsessions::workspace_files {

/// A file that stays invisible until it is placed, and that is removed if it is never placed. If
/// the file system supports it (tmpfs, ext4, xfs, btrfs), it has no name at all until then
/// (O_TMPFILE); otherwise it has a random name in `directory`, which the destructor removes.
///
/// Failures are reported as errno, because only the caller knows the file's name in the API. Call
/// its functions under ActingAs; the destructor needs only the server's own rights.
class TemporaryFile {
 public:
  /// Mode 0644. On failure the result has no descriptor and errno is set: test the result.
  [[nodiscard]] static TemporaryFile create(int directory);
  /// The two methods of create(), in the order in which it tries them.
  [[nodiscard]] static TemporaryFile create_unnamed(int directory);
  [[nodiscard]] static TemporaryFile create_named(int directory);

  TemporaryFile(TemporaryFile&& other) noexcept;
  TemporaryFile& operator=(TemporaryFile&& other) noexcept;
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile();

  explicit operator bool() const noexcept { return static_cast<bool>(file_); }
  [[nodiscard]] int fd() const noexcept { return file_.get(); }

  /// Gives it `name` in `directory`, on the same file system, and replaces any non-directory with
  /// that name. Returns false, and sets errno, on failure.
  [[nodiscard]] bool place(int directory, const std::string& name);

 private:
  TemporaryFile() = default;
  TemporaryFile(UniqueFd file, UniqueFd directory, std::string name);
  void remove_name() noexcept;

  UniqueFd file_;
  UniqueFd directory_;  ///< directory of `name_`; none while the file has no temporary name
  std::string name_;
};

}  // namespace dynsessions::workspace_files
