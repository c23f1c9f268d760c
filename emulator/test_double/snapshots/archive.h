#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "emulator/base/result.h"

struct archive;  // a type of libarchive

/// Tar archives, compressed with gzip, by libarchive. Everything here blocks: call it on the file
/// pool.
namespace dynsessions::test_double {

/// Limits of a snapshot when it is written or read. An archive to read can be hostile.
/// Limit for all files.
inline constexpr std::uint64_t kMostSnapshotBytes = std::uint64_t{2} << 30;
inline constexpr std::size_t kMostSnapshotEntries = 200'000;

/// `archive` is the field of errors that concern no entry.
[[nodiscard]] Error archive_error(const std::string& why, std::string field = "archive");

struct ArchiveEntry {
  std::string path;  ///< components joined by `/`, none of them empty, `.` or `..`; UTF-8
  bool is_directory = false;
  std::uint64_t size = 0;  ///< size in the archive's header; the content can be shorter
};

/// Reads an archive from its beginning to its end.
class ArchiveReader {
 public:
  /// Reads a descriptor from its start; it stays open as long as the reader.
  [[nodiscard]] static Result<ArchiveReader> of_file(int fd);
  /// Reads the tree below a directory as if it were an archive of it.
  [[nodiscard]] static Result<ArchiveReader> of_directory(const std::filesystem::path& directory);

  /// The next entry; nullopt at the end. Refuses links, devices, paths that lead out of the
  /// archive, and an archive that is truncated or has too many entries. Errors name the entry.
  [[nodiscard]] Result<std::optional<ArchiveEntry>> next();
  /// Reads the next bytes of the entry; returns 0 at its end. Returns `payload_too_large` if all
  /// entries together exceed kMostSnapshotBytes.
  [[nodiscard]] Result<std::size_t> read(std::span<char> into);

 private:
  struct Close {
    void operator()(::archive* handle) const;
  };
  explicit ArchiveReader(::archive* handle) : handle_(handle) {}

  [[nodiscard]] Error failure() const;

  std::unique_ptr<::archive, Close> handle_;
  std::string prefix_;  ///< prefix of the paths of a directory
  std::string path_;    ///< of the entry
  std::uint64_t bytes_ = 0;
  std::size_t entries_ = 0;
};

/// Writes an archive into a descriptor. The same entries give the same bytes. Failures to write are
/// std::runtime_error.
class ArchiveWriter {
 public:
  /// `fd` stays open as long as the writer.
  explicit ArchiveWriter(int fd);

  void add_directory(const std::string& path);
  /// `size` bytes follow by write(); missing ones become zeros, excess ones are left out.
  void begin_file(const std::string& path, std::uint64_t size);
  void write(std::string_view bytes);
  void add_file(const std::string& path, std::string_view content);
  /// Call it once, at the end.
  void finish();

 private:
  struct Close {
    void operator()(::archive* handle) const;
  };

  void write_header(const std::string& path, bool is_directory, std::uint64_t size);

  std::unique_ptr<::archive, Close> handle_;
};

}  // namespace dynsessions::test_double
