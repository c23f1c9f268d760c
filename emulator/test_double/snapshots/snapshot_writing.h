#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "emulator/execution/execution.h"
#include "emulator/test_double/snapshots/archive.h"
#include "emulator/workspace_files/session_files.h"
#include "sandbox/base/unique_fd.h"

namespace dynsessions::test_double {

/// One session in a snapshot. The descriptor keeps its files readable after the session has ended.
struct SavedSession {
  std::string directory;  ///< its directory in the archive
  UniqueFd root;
  std::vector<workspace_files::FileInfo> files;
  std::map<execution::Kernel, execution::SpooledText> variables;
  bool has_contents = true;  ///< false: files contain only zeros
};

/// Returns the directory of a session's files in the archive.
[[nodiscard]] std::string files_directory(const SavedSession& session);
[[nodiscard]] std::string variables_path(const SavedSession& session, execution::Kernel kernel);

/// Writes an archive some megabytes at a time. Blocks: a thread of the file pool runs one step, and
/// then lets others have a turn.
class SnapshotWriting {
 public:
  /// `fd` stays open as long as this.
  SnapshotWriting(int fd, std::vector<SavedSession> sessions)
      : writer_(fd), sessions_(std::move(sessions)) {}

  /// Call it first.
  void begin(const std::string& manifest, const std::string& journal);
  /// Returns true when all is written. Throws std::runtime_error if that fails.
  [[nodiscard]] bool step();

 private:
  void begin_session();
  void begin_file();
  /// Returns the number of bytes that were written; 0 at the end of the file.
  std::size_t write_piece();

  ArchiveWriter writer_;
  const std::vector<SavedSession> sessions_;
  std::size_t session_ = 0;
  std::size_t file_ = 0;  ///< index of the session's next file
  bool in_session_ = false;
  std::optional<workspace_files::OpenFile> open_;  ///< file that is being written
  std::uint64_t left_ = 0;
  std::string buffer_;
};

}  // namespace dynsessions::test_double
