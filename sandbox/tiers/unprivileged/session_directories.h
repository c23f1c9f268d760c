#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

#include "sandbox/base/unique_fd.h"

/// Directories for the files of sessions if no mount can be made: one directory per launcher in
/// TMPDIR (or /tmp), with one directory per session in it. The host's disk has no quota for them,
/// so disk_watch.h counts.
namespace dynsessions::sandbox {

/// The directory of one launcher, locked as long as the launcher lives, so that directories of
/// killed launchers can be recognised. The constructor removes those first.
class LauncherDirectory {
 public:
  /// Throws StepError.
  LauncherDirectory();
  LauncherDirectory(const LauncherDirectory&) = delete;
  LauncherDirectory& operator=(const LauncherDirectory&) = delete;
  ~LauncherDirectory();

  /// Removes a directory in it. If it contains so much that the launcher would be delayed, a
  /// separate process removes it.
  void remove(const std::string& name);
  /// The processes that remove directories. They are children of this one; some can have exited.
  [[nodiscard]] std::vector<pid_t> removers();
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  UniqueFd place_;  ///< TMPDIR
  std::string path_;
  UniqueFd directory_;
  std::vector<pid_t> removers_;
};

/// The files of one session. The destructor removes them, or begins to, whatever the session did to
/// them.
class SessionDirectory {
 public:
  /// `launcher` must outlive it.
  SessionDirectory(LauncherDirectory& launcher, std::string name);
  SessionDirectory(const SessionDirectory&) = delete;
  SessionDirectory& operator=(const SessionDirectory&) = delete;
  ~SessionDirectory();

  /// Makes `data` and `tmp` in it, accessible for that user only. Throws StepError.
  void make(uid_t uid, gid_t gid) const;
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string data() const { return path_ + "/data"; }
  [[nodiscard]] std::string tmp() const { return path_ + "/tmp"; }
  [[nodiscard]] UniqueFd open_data() const;
  /// Opens the directory itself.
  [[nodiscard]] UniqueFd open() const;

 private:
  LauncherDirectory& launcher_;
  const std::string name_;
  const std::string path_;
};

}  // namespace dynsessions::sandbox
