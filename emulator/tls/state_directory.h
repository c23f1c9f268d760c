#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "sandbox/base/unique_fd.h"

namespace dynsessions::tls {

/// The directory or a file in it cannot be used; the message names path and reason.
class StateError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Returns the directory for the state of the user's servers: $XDG_STATE_HOME/dynsessions or
/// ~/.local/state/dynsessions (XDG Base Directory Specification, which ignores relative paths).
/// nullopt if `environment`, which reads a variable, has neither.
[[nodiscard]] std::optional<std::filesystem::path> state_path_of_user(
    const std::function<std::optional<std::string>(const std::string& name)>& environment);

/// A directory of the user for small private files that outlive the emulator. Several servers can
/// use one at a time.
class StateDirectory {
 public:
  /// Makes the directory and missing parents with mode 0700. Throws StateError if it is no
  /// directory or not writable.
  [[nodiscard]] static StateDirectory at(std::filesystem::path path);

  /// Makes a new directory for temporary files, which is removed with this object. Directories of
  /// killed servers are removed first. Throws StateError.
  [[nodiscard]] static StateDirectory temporary();

  StateDirectory(StateDirectory&& other) noexcept = default;
  StateDirectory& operator=(StateDirectory&&) = delete;
  ~StateDirectory();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] bool is_temporary() const { return static_cast<bool>(claim_); }

  /// Waits until no other process holds the lock. The lock ends with the returned descriptor, at
  /// the latest with the process. Throws StateError.
  [[nodiscard]] UniqueFd lock() const;

  /// Lets other users traverse the directory, for the sessions of a root server, which run as other
  /// users. Private files in it stay private.
  void let_others_pass() const;

  /// Returns nullopt if there is no such file. Throws StateError if it cannot be read.
  [[nodiscard]] std::optional<std::string> read(const std::string& name) const;

  /// Replaces the file atomically, with mode 0600: readers see the old content or the new, also
  /// after a crash. Call it while lock() is held. Throws StateError.
  void write(const std::string& name, std::string_view content) const;

 private:
  StateDirectory(std::filesystem::path path, UniqueFd claim)
      : path_(std::move(path)), claim_(std::move(claim)) {}

  std::filesystem::path path_;
  UniqueFd claim_;  ///< lock of a temporary directory; ends with the process
};

}  // namespace dynsessions::tls
