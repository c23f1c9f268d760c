#include "emulator/test_double/snapshots/archive.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <locale.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>

#include "emulator/base/printable.h"
#include "emulator/base/utf8.h"

namespace dynsessions::test_double {
namespace {

constexpr std::size_t kBlock = std::size_t{64} << 10;
constexpr std::size_t kLongestEntryPath = 4096;

/// Sets a UTF-8 locale for this thread, because libarchive converts the UTF-8 names of entries to
/// the thread's locale. If it cannot, libarchive 3.6.2 dereferences null (pax headers).
class Utf8Locale {
 public:
  Utf8Locale() : former_(::uselocale(utf8())) {}
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;
  ~Utf8Locale() { ::uselocale(former_); }

 private:
  static locale_t utf8() {
    static const locale_t kLocale = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    if (kLocale == nullptr) throw std::runtime_error("snapshot: there is no locale C.UTF-8");
    return kLocale;
  }
  const locale_t former_;
};

std::string reason_of(::archive* handle) {
  const char* const text = ::archive_error_string(handle);
  return text == nullptr ? "it cannot be read" : printable(text);
}

/// Removes the `./` that tar puts in front of the names of a directory, and the `/` behind
/// directories.
std::string_view plain(std::string_view path) {
  while (path.starts_with("./")) path.remove_prefix(2);
  while (path.ends_with('/')) path.remove_suffix(1);
  return path == "." ? std::string_view() : path;
}

bool is_good_path(std::string_view path) {
  if (path.size() > kLongestEntryPath || path.find('\0') != path.npos || !is_valid_utf8(path)) {
    return false;
  }
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view component = path.substr(begin, end - begin);
    if (component.empty() || component == "." || component == "..") return false;
    begin = end + 1;
  }
  return true;
}

}  // namespace

Error archive_error(const std::string& why, std::string field) {
  std::string message = field + ": " + why;
  return invalid_request(std::move(message), std::move(field));
}

void ArchiveReader::Close::operator()(::archive* handle) const { ::archive_read_free(handle); }

Result<ArchiveReader> ArchiveReader::of_file(int fd) {
  ::archive* const handle = ::archive_read_new();
  ArchiveReader reader(handle);
  ::archive_read_support_filter_gzip(handle);
  ::archive_read_support_format_tar(handle);
  if (::lseek(fd, 0, SEEK_SET) != 0) return archive_error("it cannot be read");
  if (::archive_read_open_fd(handle, fd, kBlock) != ARCHIVE_OK) return reader.failure();
  return reader;
}

Result<ArchiveReader> ArchiveReader::of_directory(const std::filesystem::path& directory) {
  ::archive* const handle = ::archive_read_disk_new();
  ArchiveReader reader(handle);
  reader.prefix_ = directory.string();
  ::archive_read_disk_set_symlink_physical(handle);
  ::archive_read_disk_set_behavior(handle, ARCHIVE_READDISK_NO_ACL | ARCHIVE_READDISK_NO_XATTR);
  if (::archive_read_disk_open(handle, reader.prefix_.c_str()) != ARCHIVE_OK) {
    return reader.failure();
  }
  return reader;
}

Error ArchiveReader::failure() const { return archive_error(reason_of(handle_.get())); }

Result<std::optional<ArchiveEntry>> ArchiveReader::next() {
  const Utf8Locale locale;
  ::archive* const handle = handle_.get();
  for (;;) {
    struct archive_entry* entry = nullptr;
    const int code = ::archive_read_next_header(handle, &entry);
    if (code == ARCHIVE_EOF) return std::optional<ArchiveEntry>();
    if (code != ARCHIVE_OK) return failure();
    if (++entries_ > kMostSnapshotEntries) return archive_error("it has more than 200000 entries");
    if (!prefix_.empty()) ::archive_read_disk_descend(handle);
    const char* text =
        prefix_.empty() ? ::archive_entry_pathname_utf8(entry) : ::archive_entry_pathname(entry);
    if (text == nullptr) return archive_error("the name of an entry is not UTF-8");
    std::string_view path = text;
    if (!prefix_.empty()) path.remove_prefix(std::min(path.size(), prefix_.size()));
    while (!prefix_.empty() && path.starts_with('/')) path.remove_prefix(1);
    path = plain(path);
    if (path.empty()) continue;  // the directory itself
    path_ = printable(path);
    if (!is_good_path(path)) return archive_error("no path below the archive", path_);
    const auto type = ::archive_entry_filetype(entry);
    const bool is_link = ::archive_entry_hardlink(entry) != nullptr;
    if (is_link || (type != AE_IFREG && type != AE_IFDIR)) {
      return archive_error("only files and directories are accepted, no links or devices", path_);
    }
    const auto size = ::archive_entry_size(entry);
    return std::optional(ArchiveEntry{std::string(path), type == AE_IFDIR,
                                      size < 0 ? 0 : static_cast<std::uint64_t>(size)});
  }
}

Result<std::size_t> ArchiveReader::read(std::span<char> into) {
  const auto count = ::archive_read_data(handle_.get(), into.data(), into.size());
  if (count < 0) return failure();
  bytes_ += static_cast<std::uint64_t>(count);
  if (bytes_ > kMostSnapshotBytes) {
    return Error{
        ErrorCode::payload_too_large, "The files of a snapshot have at most 2 GiB.", path_, {}};
  }
  return static_cast<std::size_t>(count);
}

void ArchiveWriter::Close::operator()(::archive* handle) const { ::archive_write_free(handle); }

namespace {

void require_done(::archive* handle, la_ssize_t code) {
  if (code < ARCHIVE_OK) throw std::runtime_error("snapshot: " + reason_of(handle));
}

}  // namespace

ArchiveWriter::ArchiveWriter(int fd) : handle_(::archive_write_new()) {
  ::archive* const handle = handle_.get();
  require_done(handle, ::archive_write_add_filter_gzip(handle));
  require_done(handle, ::archive_write_set_format_pax_restricted(handle));
  // Writes no time in gzip's header. Level 1 is enough, because most files are small or already
  // compressed.
  require_done(handle, ::archive_write_set_options(handle, "gzip:!timestamp,compression-level=1"));
  require_done(handle, ::archive_write_open_fd(handle, fd));
}

void ArchiveWriter::write_header(const std::string& path, bool is_directory, std::uint64_t size) {
  const Utf8Locale locale;
  constexpr int kFileMode = 0644;
  constexpr int kDirectoryMode = 0755;
  const std::unique_ptr<archive_entry, decltype(&::archive_entry_free)> entry(::archive_entry_new(),
                                                                              ::archive_entry_free);
  ::archive_entry_set_pathname_utf8(entry.get(), path.c_str());
  ::archive_entry_set_filetype(entry.get(), is_directory ? AE_IFDIR : AE_IFREG);
  ::archive_entry_set_perm(entry.get(), is_directory ? kDirectoryMode : kFileMode);
  ::archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size));
  ::archive_entry_set_mtime(entry.get(), 0, 0);
  ::archive* const handle = handle_.get();
  require_done(handle, ::archive_write_header(handle, entry.get()));
}

void ArchiveWriter::add_directory(const std::string& path) { write_header(path, true, 0); }

void ArchiveWriter::begin_file(const std::string& path, std::uint64_t size) {
  write_header(path, false, size);
}

void ArchiveWriter::write(std::string_view bytes) {
  ::archive* const handle = handle_.get();
  require_done(handle, ::archive_write_data(handle, bytes.data(), bytes.size()));
}

void ArchiveWriter::add_file(const std::string& path, std::string_view content) {
  begin_file(path, content.size());
  write(content);
}

void ArchiveWriter::finish() {
  ::archive* const handle = handle_.get();
  require_done(handle, ::archive_write_close(handle));
}

}  // namespace dynsessions::test_double
