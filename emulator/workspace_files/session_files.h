#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <ratio>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/base/result.h"
#include "emulator/workspace_files/temporary_file.h"
#include "sandbox/base/unique_fd.h"

/// A session's files, reached only through the directory descriptor of its `/mnt/data`. Every path
/// rule is in this directory. The tree belongs to hostile code that can change it at any moment:
/// all opens go through openat2 with RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
/// and an opened file is inspected only by its descriptor, never by name. All work is done with the
/// rights of the tree's owner (acting_as_owner.h), so a mistake here could reach no more than the
/// session.
///
/// Everything here blocks and keeps no state: call it on the file pool (`offload`). Errors name a
/// file as the client knows it, below `/mnt/data`; `reason` has the system's words, never a path.
namespace dynsessions::workspace_files {

/// A path below `/mnt/data`, checked: no empty, `.` or `..` component, no NUL, valid UTF-8, each
/// component at most 255 bytes, at most 128 components and 4,095 bytes in all. No components at all
/// means the root.
class DataPath {
 public:
  static constexpr std::size_t kMaxComponentBytes = 255;
  static constexpr std::size_t kMaxComponents = 128;
  static constexpr std::size_t kMaxBytes = 4095;

  DataPath() = default;
  /// `text` starts with `/mnt/data`, with `/`, or with neither; backslashes are not separators. "."
  /// alone is the root, because listings show it as the root's `directory`; "", "/" and
  /// "/mnt/data/" are the root too; any other path that ends in `/` is refused. `target` names the
  /// request parameter in the error.
  [[nodiscard]] static Result<DataPath> parse(std::string_view text, std::string_view target);

  /// The length of the whole path is not checked: the kernel refuses a path that is too long.
  [[nodiscard]] DataPath operator/(const DataPath& below) const;
  [[nodiscard]] bool is_root() const noexcept { return components_.empty(); }
  [[nodiscard]] const std::string& name() const { return components_.back(); }
  [[nodiscard]] DataPath parent() const;
  [[nodiscard]] const std::vector<std::string>& components() const noexcept { return components_; }
  /// Components joined by `/`; "." for the root.
  [[nodiscard]] std::string text() const;

 private:
  std::vector<std::string> components_;
};

/// In .NET's ticks of 100 ns, like the service's times; nanoseconds end in 2262.
using FileTime =
    std::chrono::sys_time<std::chrono::duration<std::int64_t, std::ratio<1, 10'000'000>>>;

/// A file or directory as the API shows it.
struct FileInfo {
  std::string name;
  std::string directory = ".";  ///< relative to the data root, "." for the root itself
  bool is_directory = false;
  std::uint64_t size = 0;  ///< bytes, holes included; 4096 for a directory, as the service says
  FileTime modified{};
};

struct OpenFile {
  UniqueFd fd;
  std::uint64_t size = 0;  ///< bytes at the time of opening
};

enum class Depth { immediate, recursive };
enum class Order {
  creation,  ///< oldest first; equal times are sorted by name
  names,     ///< does not depend on how a file system stamps and numbers files
};

struct Listing {
  std::vector<FileInfo> files;
  std::size_t unnameable = 0;  ///< entries whose path no DataPath could name
};

/// Lists regular files and directories in `directory`, in the given order; if recursive, a
/// directory's entries follow it. Links, pipes, sockets and devices are left out, and so are
/// entries whose path is not a DataPath (not UTF-8, too deep, too long), which are counted. An
/// entry that vanishes in the meantime is left out, and so are the contents of a directory that
/// cannot be read. Returns `file_not_found` if there is no such directory, and `invalid_request` if
/// the listing would take more memory than kMaxListingBytes (some 200,000 files in the root).
inline constexpr std::size_t kMaxListingBytes = std::size_t{32} << 20;
[[nodiscard]] Result<Listing> list(int root, const DataPath& directory, Depth depth,
                                   Order order = Order::creation);

/// A regular file or a directory.
[[nodiscard]] Result<FileInfo> stat(int root, const DataPath& path);

/// A regular file, opened for reading without waiting on anything; `not_a_regular_file` otherwise.
[[nodiscard]] Result<OpenFile> open_for_reading(int root, const DataPath& path);

/// Reads the file from its start, at most as many bytes as it had when it was opened.
[[nodiscard]] std::string content_of(const OpenFile& file);

/// Removes a regular file or a link (never what it points to); `not_a_regular_file` for a
/// directory.
[[nodiscard]] Result<void> remove(int root, const DataPath& path);

/// Makes a directory, and those above it that are missing; the owner is the session. An existing
/// directory is left as it is.
[[nodiscard]] Result<void> make_directory(int root, const DataPath& path);

/// Limits of a session's tree if its file system has none: bytes on the disk, and number of files
/// and directories. Uploads that would exceed them are `storage_full`.
struct Quota {
  std::uint64_t bytes;
  std::uint64_t files;
};

/// A file that is being uploaded. It is invisible until commit() puts it in place, and is removed
/// if it is dropped. commit() makes missing directories, so that a dropped upload leaves none; they
/// stay if commit() then fails. A link with the file's name is replaced, never followed; a
/// directory with that name is `not_a_regular_file`. The owner is the session, the mode is 0644
/// (0755 for directories).
class Upload {
 public:
  /// `root` stays open as long as the upload. With a quota, existing files are counted;
  /// simultaneous uploads do not count each other.
  [[nodiscard]] static Result<Upload> begin(int root, const DataPath& path,
                                            const std::optional<Quota>& quota = {});
  /// Returns `storage_full` if the session's quota is used up.
  [[nodiscard]] Result<void> write(std::span<const char> bytes);
  /// Call it once; the upload has ended afterwards, whether or not it succeeded.
  [[nodiscard]] Result<FileInfo> commit();

 private:
  Upload(int root, TemporaryFile file, DataPath path, std::uint64_t room);
  int root_;
  TemporaryFile file_;
  DataPath path_;
  std::uint64_t room_;  ///< bytes left to write
};

}  // namespace dynsessions::workspace_files
