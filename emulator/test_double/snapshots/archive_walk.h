#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include "emulator/base/result.h"
#include "emulator/execution/execution.h"
#include "emulator/test_double/snapshots/archive.h"
#include "emulator/test_double/snapshots/manifest.h"
#include "emulator/workspace_files/session_files.h"

namespace dynsessions::test_double {

/// The source of a snapshot: an archive in a file, or a directory with an unpacked archive.
struct SnapshotSource {
  int file = -1;  ///< borrowed descriptor; -1: read the directory
  std::filesystem::path directory = {};
};

/// Visits the entries of a snapshot after its manifest, some megabytes at a time. Blocks: a thread
/// of the file pool runs one step at a time.
class ArchiveWalk {
 public:
  virtual ~ArchiveWalk() = default;
  ArchiveWalk(const ArchiveWalk&) = delete;
  ArchiveWalk& operator=(const ArchiveWalk&) = delete;

  /// Opens the source and reads its manifest: the first entry of an archive.
  [[nodiscard]] Result<void> open(const SnapshotSource& source);
  /// Continues for about kMostBytesAtOnce. Returns true when nothing is left.
  [[nodiscard]] Result<bool> step();

  [[nodiscard]] const Manifest& manifest() const { return manifest_; }

 protected:
  ArchiveWalk() = default;

  virtual Result<void> begin(const ArchiveEntry& entry) = 0;
  virtual Result<void> write(std::span<const char> bytes) = 0;
  virtual Result<void> end() = 0;
  /// After the last entry.
  virtual Result<void> finish() { return {}; }

  /// The session whose files the path is among; nullopt if there is none.
  [[nodiscard]] std::optional<std::size_t> session_of(std::string_view path) const;
  [[nodiscard]] std::string field_of(std::size_t session, std::string_view member) const;

 private:
  [[nodiscard]] Result<void> read_manifest(const SnapshotSource& source);

  std::optional<ArchiveReader> reader_;
  Manifest manifest_;
  bool in_entry_ = false;
  std::string buffer_;
};

/// Totals of one session's files.
struct SnapshotFiles {
  std::uint64_t bytes = 0;
  std::uint64_t entries = 0;  ///< files and directories
};

/// Checks, without changing anything, that every entry can be read and belongs to a session.
class SnapshotCheck final : public ArchiveWalk {
 public:
  /// The totals of each session; complete after the walk.
  [[nodiscard]] const std::vector<SnapshotFiles>& files() const { return files_; }

 private:
  Result<void> begin(const ArchiveEntry& entry) override;
  Result<void> write(std::span<const char> bytes) override;
  Result<void> end() override { return {}; }
  Result<void> finish() override;

  [[nodiscard]] bool is_variables(const std::string& path) const;
  [[nodiscard]] bool is_above_session(std::string_view path) const;

  std::vector<SnapshotFiles> files_;
  std::set<std::string, std::less<>> paths_;
  std::optional<std::size_t> session_;  ///< session of the entry that is being read
  bool reads_variables_ = false;
  std::uint64_t variable_bytes_ = 0;
};

/// Puts the files of a snapshot that was checked into directories of sessions, and keeps the
/// variables.
class SnapshotPlacement final : public ArchiveWalk {
 public:
  /// `roots` are data directories of new sessions, by session; they stay open as long as this.
  explicit SnapshotPlacement(std::vector<int> roots) : roots_(std::move(roots)) {}

  /// The variables, by path in the archive.
  [[nodiscard]] std::map<std::string, std::string>& variables() { return variables_; }

 private:
  Result<void> begin(const ArchiveEntry& entry) override;
  Result<void> write(std::span<const char> bytes) override;
  Result<void> end() override;

  const std::vector<int> roots_;
  std::optional<workspace_files::Upload> upload_;
  std::string* text_ = nullptr;  ///< text that receives the variables that are being read
  std::map<std::string, std::string> variables_;
};

/// Walks through a whole snapshot on the file pool.
[[nodiscard]] boost::asio::awaitable<Result<void>> walk_through(boost::asio::thread_pool& file_pool,
                                                                ArchiveWalk& walk,
                                                                SnapshotSource source);

}  // namespace dynsessions::test_double
