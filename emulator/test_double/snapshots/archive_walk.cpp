#include "emulator/test_double/snapshots/archive_walk.h"

#include <algorithm>
#include <fstream>
#include <utility>

#include "emulator/base/offload.h"

namespace dynsessions::test_double {
namespace {

constexpr std::size_t kWalkPiece = std::size_t{256} << 10;
constexpr std::uint64_t kMostVariableBytes = std::uint64_t{128} << 20;

Error no_manifest() {
  return invalid_request("manifest.json: the snapshot does not begin with it", kManifestPath,
                         "pack an archive with `tar czf x.tgz manifest.json …`; docs/snapshots.md "
                         "describes its content");
}

/// Reads the rest of the entry. Returns an Error if it is too long for a manifest.
Result<std::string> rest_of(ArchiveReader& reader) {
  std::string text(kLargestManifest + 1, '\0');
  std::size_t size = 0;
  for (;;) {
    const auto count = reader.read(std::span(text).subspan(size));
    if (!count) return count.error();
    size += *count;
    if (size > kLargestManifest) return archive_error("it has more than 4 MiB", kManifestPath);
    if (*count == 0) break;
  }
  text.resize(size);
  return text;
}

Result<std::string> manifest_in(const std::filesystem::path& directory) {
  std::ifstream file(directory / kManifestPath, std::ios::binary);
  if (!file) return no_manifest();
  std::string text(kLargestManifest + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kLargestManifest) return archive_error("it has more than 4 MiB", kManifestPath);
  return text;
}

/// The path of a file below the directory of its session.
std::string_view below(std::string_view path, std::string_view directory) {
  path.remove_prefix(std::min(path.size(), directory.size()));
  if (path.starts_with('/')) path.remove_prefix(1);
  return path;
}

}  // namespace

Result<void> ArchiveWalk::read_manifest(const SnapshotSource& source) {
  Result<std::string> text = std::string();
  if (source.file < 0) {
    text = manifest_in(source.directory);
  } else {
    const auto first = reader_->next();
    if (!first) return first.error();
    if (!*first || (*first)->path != kManifestPath) return no_manifest();
    text = rest_of(*reader_);
  }
  if (!text) return text.error();
  auto manifest = parse_manifest(*text);
  if (!manifest) return manifest.error();
  manifest_ = *std::move(manifest);
  return {};
}

Result<void> ArchiveWalk::open(const SnapshotSource& source) {
  auto reader = source.file < 0 ? ArchiveReader::of_directory(source.directory)
                                : ArchiveReader::of_file(source.file);
  if (!reader) return reader.error();
  reader_ = *std::move(reader);
  buffer_.resize(kWalkPiece);
  return read_manifest(source);
}

Result<bool> ArchiveWalk::step() {
  for (std::uint64_t moved = 0; moved < kMostBytesAtOnce;) {
    if (!in_entry_) {
      const auto entry = reader_->next();
      if (!entry) return entry.error();
      if (!*entry) {
        if (const Result<void> finished = finish(); !finished) return finished.error();
        return true;
      }
      if ((*entry)->path == kManifestPath) continue;  // a directory lists its manifest again
      if (const Result<void> begun = begin(**entry); !begun) return begun.error();
      in_entry_ = !(*entry)->is_directory;
      moved += kWalkPiece / 8;  // opening a file also takes time
      continue;
    }
    const auto count = reader_->read(buffer_);
    if (!count) return count.error();
    moved += *count;
    in_entry_ = *count > 0;
    const Result<void> taken = in_entry_ ? write(std::span(buffer_).first(*count)) : end();
    if (!taken) return taken.error();
  }
  return false;
}

std::optional<std::size_t> ArchiveWalk::session_of(std::string_view path) const {
  for (std::size_t i = 0; i < manifest_.sessions.size(); ++i) {
    if (is_within(path, manifest_.sessions[i].files)) return i;
  }
  return std::nullopt;
}

std::string ArchiveWalk::field_of(std::size_t session, std::string_view member) const {
  return field_below(manifest_.sessions[session].field, member);
}

bool SnapshotCheck::is_variables(const std::string& path) const {
  for (const SnapshotSession& session : manifest().sessions) {
    for (const auto& [kernel, file] : session.variables) {
      if (file == path) return true;
    }
  }
  return false;
}

bool SnapshotCheck::is_above_session(std::string_view path) const {
  const auto& sessions = manifest().sessions;
  return std::any_of(sessions.begin(), sessions.end(), [path](const SnapshotSession& session) {
    const bool above_variables =
        std::any_of(session.variables.begin(), session.variables.end(),
                    [path](const auto& entry) { return is_within(entry.second, path); });
    return above_variables || is_within(session.files, path);
  });
}

Result<void> SnapshotCheck::begin(const ArchiveEntry& entry) {
  files_.resize(manifest().sessions.size());
  if (!paths_.insert(entry.path).second) return archive_error("it occurs twice", entry.path);
  session_ = session_of(entry.path);
  reads_variables_ = !session_ && !entry.is_directory && is_variables(entry.path);
  if (session_) {
    const std::string& directory = manifest().sessions[*session_].files;
    const bool is_root = entry.path.size() == directory.size();
    if (is_root && !entry.is_directory) return archive_error("expected a directory", entry.path);
    const auto path = workspace_files::DataPath::parse(below(entry.path, directory), "path");
    if (!path) return archive_error(path.error().message, entry.path);
    if (!is_root) ++files_[*session_].entries;
    return {};
  }
  const bool is_known = reads_variables_ || entry.path == kJournalPath ||
                        (entry.is_directory && is_above_session(entry.path));
  if (!is_known) return archive_error("it belongs to no session of manifest.json", entry.path);
  return {};
}

Result<void> SnapshotCheck::write(std::span<const char> bytes) {
  if (session_) files_[*session_].bytes += bytes.size();
  if (!reads_variables_) return {};
  variable_bytes_ += bytes.size();
  if (variable_bytes_ > kMostVariableBytes) {
    return archive_error("the variables of a snapshot have at most 128 MiB", "sessions");
  }
  return {};
}

/// Checks that everything that the manifest names was in the archive.
Result<void> SnapshotCheck::finish() {
  const auto& sessions = manifest().sessions;
  files_.resize(sessions.size());
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    for (const auto& [kernel, file] : sessions[i].variables) {
      if (!paths_.contains(file)) {
        return archive_error("the snapshot has no file " + file,
                             field_of(i, "variables." + std::string(name_of(kernel))));
      }
    }
    const std::string& directory = sessions[i].files;
    const auto first = paths_.lower_bound(directory);
    const auto below_it = paths_.lower_bound(directory + '/');
    const bool is_there = (first != paths_.end() && *first == directory) ||
                          (below_it != paths_.end() && is_within(*below_it, directory));
    if (!directory.empty() && !is_there) {
      return archive_error("the snapshot has no directory " + directory, field_of(i, "files"));
    }
  }
  return {};
}

Result<void> SnapshotPlacement::begin(const ArchiveEntry& entry) {
  text_ = nullptr;
  const auto session = session_of(entry.path);
  if (!session) {
    if (!entry.is_directory && entry.path != kJournalPath) text_ = &variables_[entry.path];
    return {};
  }
  const std::string& directory = manifest().sessions[*session].files;
  const auto path = workspace_files::DataPath::parse(below(entry.path, directory), "path");
  if (!path) return path.error();
  if (entry.is_directory) return workspace_files::make_directory(roots_[*session], *path);
  auto upload = workspace_files::Upload::begin(roots_[*session], *path);
  if (!upload) return upload.error();
  upload_ = *std::move(upload);
  return {};
}

Result<void> SnapshotPlacement::write(std::span<const char> bytes) {
  if (text_ != nullptr) text_->append(bytes.data(), bytes.size());
  return upload_ ? upload_->write(bytes) : Result<void>();
}

Result<void> SnapshotPlacement::end() {
  if (!upload_) return {};
  const auto placed = std::exchange(upload_, std::nullopt)->commit();
  if (!placed) return placed.error();
  return {};
}

boost::asio::awaitable<Result<void>> walk_through(boost::asio::thread_pool& file_pool,
                                                  ArchiveWalk& walk, SnapshotSource source) {
  auto open = [&walk, &source] { return walk.open(source); };
  const Result<void> opened = co_await offload(file_pool, open);
  if (!opened) co_return opened.error();
  auto step = [&walk] { return walk.step(); };
  for (;;) {
    const Result<bool> done = co_await offload(file_pool, step);
    if (!done) co_return done.error();
    if (*done) co_return Result<void>();
  }
}

}  // namespace dynsessions::test_double
