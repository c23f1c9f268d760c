#include "sandbox/kernel/mounts/mounts.h"

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

/// Files of /proc that describe or control the machine. A file that the kernel lacks needs no mask.
/// The boot id would show sessions that they run on the same machine.
constexpr const char* kHiddenFiles[] = {
    "proc/kcore",      "proc/keys",        "proc/key-users",
    "proc/timer_list", "proc/sched_debug", "proc/latency_stats",
    "proc/kallsyms",   "proc/kpagecount",  "proc/sysrq-trigger",
    "proc/interrupts", "proc/cmdline",     "proc/partitions",
    "proc/diskstats",  "proc/iomem",       "proc/config.gz",
    "proc/devices",    "proc/misc",        "proc/sys/kernel/random/boot_id"};
constexpr const char* kHiddenDirectories[] = {"proc/acpi", "proc/scsi", "proc/asound"};
constexpr const char* kReadOnlyDirectories[] = {"proc/sys", "proc/irq", "proc/bus", "proc/fs"};

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
  for (const char* path : kReadOnlyDirectories) {
    const StepResult result = write_protect(path);
    if (!result.ok()) return result;
  }
  // After the directories, because their protection would make the device unreadable.
  for (const char* path : kHiddenFiles) {
    const int masked = ::mount("dev/null", path, nullptr, MS_BIND, nullptr);
    const StepResult result = absent_is_fine(checked(masked, path));
    if (!result.ok()) return result;
  }
  for (const char* path : kHiddenDirectories) {
    const int masked = ::mount("empty", path, "tmpfs", kNoSurprises | MS_NOEXEC | MS_RDONLY,
                               "size=4k,nr_inodes=2,mode=0555");
    const StepResult result = absent_is_fine(checked(masked, path));
    if (!result.ok()) return result;
  }
  return {};
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
