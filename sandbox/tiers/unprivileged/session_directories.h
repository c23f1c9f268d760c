#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

#include "sandbox/base/unique_fd.h"

/// Where sessions keep files when no mount can be made for them: one directory per launcher in
/// TMPDIR (or /tmp), one directory per session in it. On the disk of the host, which has no quota
/// for them: disk_watch.h counts.
namespace dynsessions::sandbox {

/// A launcher's own directory, locked as long as it lives, so that those of launchers that were
/// killed can be told from others: whoever makes one removes those first.
class LauncherDirectory {
 public:
  /// Throws StepError.
  LauncherDirectory();
  LauncherDirectory(const LauncherDirectory&) = delete;
  LauncherDirectory& operator=(const LauncherDirectory&) = delete;
  ~LauncherDirectory();

  /// Removes a directory in it; by a process of its own when there is so much in it that the
  /// launcher would be held up.
  void remove(const std::string& name);
  /// Those processes, children of this one, that may not have ended yet.
  [[nodiscard]] std::vector<pid_t> removers();
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  UniqueFd place_;  ///< TMPDIR
  std::string path_;
  UniqueFd directory_;
  std::vector<pid_t> removers_;
};

/// One session's files. Its destructor removes them, or begins to, whatever a session did to them.
class SessionDirectory {
 public:
  /// `launcher` outlives it.
  SessionDirectory(LauncherDirectory& launcher, std::string name);
  SessionDirectory(const SessionDirectory&) = delete;
  SessionDirectory& operator=(const SessionDirectory&) = delete;
  ~SessionDirectory();

  /// Makes `data` and `tmp` in it, all of it for that user only. Throws StepError.
  void make(uid_t uid, gid_t gid) const;
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string data() const { return path_ + "/data"; }
  [[nodiscard]] std::string tmp() const { return path_ + "/tmp"; }
  [[nodiscard]] UniqueFd open_data() const;
  /// All of it.
  [[nodiscard]] UniqueFd open() const;

 private:
  LauncherDirectory& launcher_;
  const std::string name_;
  const std::string path_;
};

}  // namespace dynsessions::sandbox
