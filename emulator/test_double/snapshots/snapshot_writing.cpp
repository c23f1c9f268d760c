#include "emulator/test_double/snapshots/snapshot_writing.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <unistd.h>

#include "emulator/base/offload.h"
#include "emulator/test_double/snapshots/manifest.h"

namespace dynsessions::test_double {
namespace {

constexpr std::size_t kWritePiece = std::size_t{256} << 10;

std::string path_of(const workspace_files::FileInfo& file) {
  return file.directory == "." ? file.name : file.directory + '/' + file.name;
}

std::string whole_text(const execution::SpooledText& text) {
  std::string bytes(text.size(), '\0');
  text.read(0, bytes);
  return bytes;
}

}  // namespace

std::string files_directory(const SavedSession& session) { return session.directory + "/data"; }

std::string variables_path(const SavedSession& session, execution::Kernel kernel) {
  return session.directory + '/' + std::string(name_of(kernel)) + ".json";
}

void SnapshotWriting::begin(const std::string& manifest, const std::string& journal) {
  buffer_.resize(kWritePiece);
  writer_.add_file(kManifestPath, manifest);
  writer_.add_file(kJournalPath, journal);
}

void SnapshotWriting::begin_session() {
  const SavedSession& session = sessions_[session_];
  for (const auto& [kernel, text] : session.variables) {
    writer_.add_file(variables_path(session, kernel), whole_text(text));
  }
  writer_.add_directory(files_directory(session));
  file_ = 0;
  in_session_ = true;
}

/// Leaves out a file that was removed in the meantime or cannot be read.
void SnapshotWriting::begin_file() {
  const SavedSession& session = sessions_[session_];
  const workspace_files::FileInfo& file = session.files[file_++];
  const std::string path = files_directory(session) + '/' + path_of(file);
  if (file.is_directory) return writer_.add_directory(path);
  const auto data_path = workspace_files::DataPath::parse(path_of(file), "path");
  if (!data_path) return;
  auto opened = workspace_files::open_for_reading(session.root.get(), *data_path);
  if (!opened) return;
  open_ = *std::move(opened);
  left_ = open_->size;
  writer_.begin_file(path, left_);
  if (!session.has_contents) std::fill(buffer_.begin(), buffer_.end(), '\0');
}

std::size_t SnapshotWriting::write_piece() {
  const std::size_t size = std::min<std::uint64_t>(left_, buffer_.size());
  ssize_t count = static_cast<ssize_t>(size);
  if (sessions_[session_].has_contents) {
    do {
      count = ::read(open_->fd.get(), buffer_.data(), size);
    } while (count < 0 && errno == EINTR);
  }
  if (count <= 0) return 0;  // the archive has zeros for the bytes that are missing
  writer_.write(std::string_view(buffer_).substr(0, static_cast<std::size_t>(count)));
  left_ -= static_cast<std::uint64_t>(count);
  return static_cast<std::size_t>(count);
}

bool SnapshotWriting::step() {
  for (std::uint64_t moved = 0; moved < kMostBytesAtOnce;) {
    if (open_) {
      const std::size_t count = write_piece();
      if (count == 0) open_.reset();
      moved += count;
      continue;
    }
    moved += kWritePiece / 8;  // opening a file also takes time
    if (session_ == sessions_.size()) {
      writer_.finish();
      return true;
    }
    if (!in_session_) {
      begin_session();
    } else if (file_ < sessions_[session_].files.size()) {
      begin_file();
    } else {
      in_session_ = false;
      ++session_;
    }
  }
  return false;
}

}  // namespace dynsessions::test_double
