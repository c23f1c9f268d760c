#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

#include "emulator/core/unique_fd.h"

/// Where sessions keep files when no mount can be made for them: one folder per launcher in TMPDIR
/// (or /tmp), one folder per session in it. On the disk of the host, which has no quota for them:
/// disk_watch.h counts.
namespace dynsessions::sandbox {

/// A launcher's own folder, locked as long as it lives, so that those of launchers that were killed
/// can be told from others: whoever makes one removes those first.
class LauncherFolder {
 public:
  /// Throws StepError.
  LauncherFolder();
  LauncherFolder(const LauncherFolder&) = delete;
  LauncherFolder& operator=(const LauncherFolder&) = delete;
  ~LauncherFolder();

  /// Removes a folder in it; by a process of its own when there is so much in it that the launcher
  /// would be held up.
  void remove(const std::string& name);
  /// Those processes, children of this one, that may not have ended yet.
  [[nodiscard]] std::vector<pid_t> removers();
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  UniqueFd place_;  ///< TMPDIR
  std::string path_;
  UniqueFd folder_;
  std::vector<pid_t> removers_;
};

/// One session's files. Its destructor removes them, or begins to, whatever a session did to them.
class SessionFolder {
 public:
  /// `launcher` outlives it.
  SessionFolder(LauncherFolder& launcher, std::string name);
  SessionFolder(const SessionFolder&) = delete;
  SessionFolder& operator=(const SessionFolder&) = delete;
  ~SessionFolder();

  /// Makes `data` and `tmp` in it, all of it for that user only. Throws StepError.
  void make(uid_t uid, gid_t gid) const;
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string data() const { return path_ + "/data"; }
  [[nodiscard]] std::string tmp() const { return path_ + "/tmp"; }
  [[nodiscard]] UniqueFd open_data() const;
  /// All of it.
  [[nodiscard]] UniqueFd open() const;

 private:
  LauncherFolder& launcher_;
  const std::string name_;
  const std::string path_;
};

}  // namespace dynsessions::sandbox
