#include <algorithm>
#include <cstdint>
#include <iterator>
#include <tuple>
#include <utility>

#include <errno.h>
#include <fcntl.h>

#include "emulator/workspace_files/acting_as_owner.h"
#include "emulator/workspace_files/beneath.h"
#include "emulator/workspace_files/file_info.h"
#include "sandbox/base/directory_names.h"

namespace dynsessions::workspace_files {
namespace {

struct Entry {
  FileTime creation_time;
  std::uint64_t inode;
  FileInfo info;
};

/// Compares entries by their creation. Two uploads fit in one tick of the kernel's clock (4 ms at
/// 250 Hz); the inodes of a tmpfs, numbered one after the other, tell them apart.
bool in_order(const Entry& left, const Entry& right) {
  return std::tie(left.creation_time, left.inode) < std::tie(right.creation_time, right.inode);
}

bool in_order_of_names(const Entry& left, const Entry& right) {
  return left.info.name < right.info.name;
}

std::string path_of(const FileInfo& entry) {
  return entry.directory == "." ? entry.name : entry.directory + "/" + entry.name;
}

/// The memory left for a listing. The tree is hostile: 65,536 files at the end of a path
/// of 4 KB would list to a quarter of a gigabyte.
class Allowance {
 public:
  [[nodiscard]] bool take(const FileInfo& entry) {
    const std::size_t cost = sizeof(Entry) + entry.name.size() + entry.directory.size();
    if (cost > left_) return false;
    left_ -= cost;
    return true;
  }

 private:
  std::size_t left_ = kMaxListingBytes;
};

Error too_long(const DataPath& directory) {
  return invalid_request("The listing of '" + directory.text() + "' is too long.", "path",
                         "list a directory below it, or without recursive");
}

/// A listing needs a directory: reports a path to anything else as `file_not_found`.
Error no_such_directory(int error_number, const DataPath& directory) {
  Error error = file_error(error_number, directory);
  return error.code == ErrorCode::not_a_regular_file ? file_error(ENOENT, directory) : error;
}

DirectoryNames open_directory(int root, const DataPath& directory) {
  return DirectoryNames(open_beneath(root, directory.text(), O_RDONLY | O_DIRECTORY));
}

/// Whether a client could request the entry.
bool has_data_path(const std::string& directory, const std::string& name) {
  return DataPath::parse(directory == "." ? name : directory + "/" + name, "name").has_value();
}

/// Reads the entries of one directory, sorted by in_order(). Counts entries that have no data path.
Result<std::vector<Entry>> read_entries(DirectoryNames& names, const DataPath& directory,
                                        Order order, Allowance& allowance,
                                        std::size_t& unnameable) {
  const std::string directory_text = directory.text();
  std::vector<Entry> entries;
  while (const char* name = names.next()) {
    struct statx status {};
    if (::statx(names.fd(), name, AT_SYMLINK_NOFOLLOW, kStatxFields, &status) != 0) continue;
    if (!is_listable(status)) continue;
    if (!has_data_path(directory_text, name)) {
      ++unnameable;
      continue;
    }
    Entry entry{creation_time(status), status.stx_ino, to_file_info(status, name, directory_text)};
    if (!allowance.take(entry.info)) return too_long(directory);
    entries.push_back(std::move(entry));
  }
  std::sort(entries.begin(), entries.end(), order == Order::names ? in_order_of_names : in_order);
  return entries;
}

void push_reversed(std::vector<Entry> entries, std::vector<Entry>& onto) {
  onto.insert(onto.end(), std::make_move_iterator(entries.rbegin()),
              std::make_move_iterator(entries.rend()));
}

}  // namespace

Result<Listing> list(int root, const DataPath& directory, Depth depth, Order order) {
  const ActingAs owner = acting_as_owner(root);
  DirectoryNames names = open_directory(root, directory);
  if (!names) return no_such_directory(errno, directory);
  Allowance allowance;
  Listing listing;
  auto entries = read_entries(names, directory, order, allowance, listing.unnameable);
  if (!entries) return std::move(entries).error();
  // The next entry to list is at the back. Each directory is opened by its whole path, so that one
  // descriptor is enough for any depth.
  std::vector<Entry> pending;
  push_reversed(std::move(*entries), pending);
  while (!pending.empty()) {
    listing.files.push_back(std::move(pending.back().info));
    pending.pop_back();
    if (depth == Depth::immediate || !listing.files.back().is_directory) continue;
    const DataPath below = DataPath::parse(path_of(listing.files.back()), "path").value();
    names = open_directory(root, below);
    if (!names) continue;
    entries = read_entries(names, below, order, allowance, listing.unnameable);
    if (!entries) return std::move(entries).error();
    push_reversed(std::move(*entries), pending);
  }
  return listing;
}

}  // namespace dynsessions::workspace_files
