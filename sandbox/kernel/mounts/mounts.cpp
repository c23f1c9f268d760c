#include "sandbox/kernel/mounts/mounts.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include <dirent.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace dynsessions::sandbox {
namespace {

/// Any directory that exists on every host would do: the new root is mounted over it, only in this
/// namespace.
constexpr const char* kMountPoint = "/tmp";

constexpr unsigned long kNoSurprises = MS_NOSUID | MS_NODEV;

/// Entries of /proc that stay visible besides those of processes: the session's own, and facts
/// about the machine that libraries need. SECURITY.md names them. All others are masked, also those
/// that a newer kernel or a module adds: they describe other programs and sessions, devices or the
/// kernel.
constexpr std::string_view kShown[] = {"cpuinfo", "filesystems", "loadavg",    "meminfo", "mounts",
                                       "net",     "self",        "stat",       "sys",     "sysvipc",
                                       "uptime",  "version",     "thread-self"};

/// Settings are visible. These entries count what all programs of the machine use, and the boot id
/// would show sessions that they run on the same machine.
constexpr const char* kHiddenSettings[] = {"proc/sys/fs/aio-nr",
                                           "proc/sys/fs/dentry-state",
                                           "proc/sys/fs/file-nr",
                                           "proc/sys/fs/inode-nr",
                                           "proc/sys/fs/inode-state",
                                           "proc/sys/kernel/pty/nr",
                                           "proc/sys/kernel/random/boot_id"};

StepResult absent_is_fine(const StepResult& result) {
  return result.error_number == ENOENT ? StepResult{} : result;
}

StepResult open_tree_read_only(const LayoutEntry& entry, int& tree) {
  const char* source = entry.source.c_str();
  tree = ::open_tree(AT_FDCWD, source, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
  if (tree < 0) return {errno, source};
  mount_attr attributes{};
  attributes.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID;
  // A device node on a nodev mount cannot be opened; on a read-only mount it can, even for writing.
  attributes.attr_set |= entry.tree_is_device ? MOUNT_ATTR_NOEXEC : MOUNT_ATTR_NODEV;
  return checked(
      ::mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attributes, sizeof(attributes)),
      source);
}

StepResult make_directory(const char* path) {
  const int result = ::mkdir(path, 0755);
  // Below an earlier tree, such as /usr, the directory can already exist.
  return result < 0 && errno == EEXIST ? StepResult{} : checked(result, path);
}

StepResult make_file(const char* path, const std::string& content) {
  const int file = ::open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (file < 0) {
    // An empty file is always a mount point, so an existing file is good as well.
    struct stat status {};
    const int error_number = errno;
    const bool usable = content.empty() && ::lstat(path, &status) == 0 && S_ISREG(status.st_mode);
    return usable ? StepResult{} : StepResult{error_number, path};
  }
  const StepResult result = checked(::write(file, content.data(), content.size()), path);
  ::close(file);
  return result;
}

StepResult place_tree(int tree, const char* path) {
  const StepResult result =
      checked(::move_mount(tree, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH), path);
  ::close(tree);
  return result;
}

StepResult make_entry(const LayoutEntry& entry, OpenTrees& trees, std::size_t& next_tree) {
  const char* path = entry.path.c_str();
  switch (entry.kind) {
    case LayoutEntry::Kind::directory:
      return make_directory(path);
    case LayoutEntry::Kind::file:
      return make_file(path, entry.source);
    case LayoutEntry::Kind::link:
      return checked(::symlink(entry.source.c_str(), path), path);
    case LayoutEntry::Kind::tree:
      return place_tree(trees.fds[next_tree++], path);
  }
  return {EINVAL, path};
}

StepResult write_protect(const char* path) {
  const int result = ::mount(path, path, nullptr, MS_BIND | MS_REC, nullptr);
  if (result < 0) return absent_is_fine(checked(result, path));
  mount_attr attributes{};
  attributes.attr_set =
      MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
  return checked(::mount_setattr(AT_FDCWD, path, AT_RECURSIVE, &attributes, sizeof(attributes)),
                 path);
}

StepResult mask(const char* with, const char* path) {
  return checked(::mount(with, path, nullptr, MS_BIND, nullptr), path);
}

bool is_shown(std::string_view name) {
  const bool is_process = name.front() >= '0' && name.front() <= '9';
  return is_process || name.front() == '.' ||
         std::find(std::begin(kShown), std::end(kShown), name) != std::end(kShown);
}

/// Most entries that only root can open need no mask, which would cost each session time. The
/// session's user is root only on a server that lacks the rights to choose another.
bool can_be_opened(const char* path) {
  return ::access(path, R_OK) == 0 || ::access(path, W_OK) == 0;
}

StepResult mask_entry(const dirent64& entry) {
  // Static, because a failure's report names it.
  static char path[sizeof("proc/") + sizeof(entry.d_name)];
  ::stpcpy(::stpcpy(path, "proc/"), entry.d_name);
  if (is_shown(entry.d_name) || !can_be_opened(path)) return {};
  if (entry.d_type == DT_DIR) return mask(kEmptyDirectory, path);
  return mask(entry.d_name == std::string_view("vmstat") ? kMemoryEvents : "dev/null", path);
}

/// Masks what `directory`, which is /proc, has besides kShown.
StepResult mask_entries_of(int directory) {
  alignas(dirent64) char entries[8192];
  ssize_t size = 0;
  while ((size = ::getdents64(directory, entries, sizeof(entries))) > 0) {
    for (ssize_t at = 0; at < size;) {
      const auto& entry = *reinterpret_cast<const dirent64*>(entries + at);
      const StepResult result = mask_entry(entry);
      if (!result.ok()) return result;
      at += entry.d_reclen;
    }
  }
  return checked(size, "list proc");
}

StepResult mask_machine() {
  const int directory = ::open("proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return {errno, "open proc"};
  const StepResult result = mask_entries_of(directory);
  ::close(directory);
  return result;
}

/// Mounts the new root over the old one, which stays below and out of reach: no path leads beneath
/// a root, and every process that enters this mount namespace later starts at the upper one.
StepResult move_to_new_root() {
  if (::mount(".", "/", nullptr, MS_MOVE, nullptr) < 0) return {errno, "move"};
  if (::chroot(".") < 0) return {errno, "chroot"};
  return checked(::chdir("/"), "chdir");
}

}  // namespace

StepResult isolate_mounts() {
  return checked(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr));
}

StepResult open_host_trees(std::span<const LayoutEntry> layout, OpenTrees& trees) {
  for (const LayoutEntry& entry : layout) {
    if (entry.kind != LayoutEntry::Kind::tree) continue;
    if (trees.count == kMaxTrees) return {E2BIG, "too many binds"};
    const StepResult result = open_tree_read_only(entry, trees.fds[trees.count++]);
    if (!result.ok()) return result;
  }
  return {};
}

StepResult mount_new_root() {
  const int result =
      ::mount("root", kMountPoint, "tmpfs", kNoSurprises, "size=16m,nr_inodes=16384,mode=0755");
  return result < 0 ? checked(result) : checked(::chdir(kMountPoint));
}

StepResult lay_out_root(std::span<const LayoutEntry> layout, OpenTrees& trees) {
  std::size_t next_tree = 0;
  for (const LayoutEntry& entry : layout) {
    const StepResult result = make_entry(entry, trees, next_tree);
    if (!result.ok()) return result;
  }
  return {};
}

StepResult mount_proc() {
  return checked(::mount("proc", "proc", "proc", kNoSurprises | MS_NOEXEC, "hidepid=2"));
}

StepResult mask_proc() {
  const StepResult result = write_protect("proc/sys");
  if (!result.ok()) return result;
  // After the directory, because its protection would make the device unreadable.
  for (const char* path : kHiddenSettings) {
    const StepResult hidden = absent_is_fine(mask("dev/null", path));
    if (!hidden.ok()) return hidden;
  }
  return mask_machine();
}

StepResult mount_writable(const TmpfsOptions& all) {
  const struct {
    const char* path;
    const std::string& options;
  } file_systems[] = {{"tmp", all.tmp}, {"mnt/data", all.data}};
  for (const auto& [path, options] : file_systems) {
    if (::mount("tmpfs", path, "tmpfs", kNoSurprises, options.c_str()) < 0) return {errno, path};
  }
  return {};
}

StepResult mount_shared_memory(const TmpfsOptions& options) {
  return checked(::mount("tmpfs", "dev/shm", "tmpfs", kNoSurprises, options.shared_memory.c_str()));
}

StepResult pivot_to_new_root() {
  // Stacks both roots on one point, then removes the upper one, so that the old root needs no
  // directory: see pivot_root(2), "pivot_root(".", ".")".
  if (::syscall(SYS_pivot_root, ".", ".") < 0) {
    // Docker's filter forbids it, whatever capabilities are granted.
    return errno == EPERM || errno == ENOSYS ? move_to_new_root() : StepResult{errno, "pivot_root"};
  }
  if (::umount2(".", MNT_DETACH) < 0) return {errno, "detach the old root"};
  return checked(::chdir("/"), "chdir");
}

StepResult make_root_read_only() {
  mount_attr attributes{};
  attributes.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
  return checked(::mount_setattr(AT_FDCWD, "/", 0, &attributes, sizeof(attributes)));
}

}  // namespace dynsessions::sandbox
