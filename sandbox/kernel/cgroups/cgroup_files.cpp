#include "sandbox/kernel/cgroups/cgroup_files.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <iterator>
#include <sstream>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dynsessions::sandbox {
namespace {
namespace fs = std::filesystem;

constexpr std::string_view kDirectoryPrefix = "dynsessions-launcher-";
constexpr std::string_view kLeaf = "dynsessions-server";

/// Added to the limit of a session: inits and helpers, so that a kernel can still be started when
/// another one has used up all that RLIMIT_NPROC permits.
constexpr std::uint64_t kProcessesOfSetUp = 16;

constexpr std::uint64_t kCpuPeriodMicroseconds = 100'000;

/// Older kernels, and machines without swap, lack the file.
constexpr int kLacking = ENOENT;
/// Version 1 refuses a quota above that of the parent group, whose quota holds then.
constexpr int kAboveParent = EINVAL;

std::string random_name() {
  std::uint64_t number = 0;
  if (::getrandom(&number, sizeof(number), 0) < 0) {
    throw std::system_error(errno, std::generic_category(), "getrandom");
  }
  std::ostringstream name;
  name << kDirectoryPrefix << std::hex << number;
  return name.str();
}

bool is_same_directory(int fd, const std::string& path) {
  struct stat open_one {};
  struct stat named_one {};
  return ::fstat(fd, &open_one) == 0 && ::stat(path.c_str(), &named_one) == 0 &&
         open_one.st_ino == named_one.st_ino;
}

int open_locked(const std::string& path, UniqueFd& lock) {
  lock = UniqueFd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock || ::flock(lock.get(), LOCK_EX | LOCK_NB) < 0) return errno;
  return 0;
}

/// Lists directories only, because the files of a cgroup belong to the kernel.
std::vector<std::string> directories_in(const std::string& parent) {
  std::vector<std::string> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(parent, error)) {
    if (entry.is_directory(error)) found.push_back(entry.path().string());
  }
  return found;
}

bool has_word(const std::string& text, std::string_view word) {
  std::istringstream words(text);
  return std::find(std::istream_iterator<std::string>(words), {}, word) !=
         std::istream_iterator<std::string>();
}

/// In a container's own root all processes are the container's. Elsewhere only the server and the
/// launcher can be moved.
bool may_move(const CgroupPlace& place, const std::vector<std::string>& processes) {
  if (place.path == "/") return true;
  const std::array movable{std::to_string(::getpid()), std::to_string(::getppid())};
  return std::all_of(processes.begin(), processes.end(), [&](const std::string& process) {
    return std::find(movable.begin(), movable.end(), process) != movable.end();
  });
}

}  // namespace

std::vector<GroupSetting> group_settings(const Limits& limits, bool unified) {
  // Files are memory as well. Their sizes are added, so that a session that fills its disk gets an
  // error instead of being killed.
  const std::string bytes = std::to_string(limits.memory_bytes + limits.data_bytes +
                                           limits.tmp_bytes + limits.shared_memory_bytes);
  const std::string processes = std::to_string(limits.processes + kProcessesOfSetUp);
  const std::string period = std::to_string(kCpuPeriodMicroseconds);
  const std::string quota = std::to_string(kCpuPeriodMicroseconds * limits.cpu_hundredths / 100);
  if (unified) {
    return {{Controller::memory, "memory.max", bytes},
            {Controller::memory, "memory.swap.max", "0", kLacking},
            {Controller::memory, "memory.oom.group", "1", kLacking},
            {Controller::pids, "pids.max", processes},
            {Controller::cpu, "cpu.max", quota + ' ' + period}};
  }
  return {{Controller::memory, "memory.limit_in_bytes", bytes},
          {Controller::memory, "memory.memsw.limit_in_bytes", bytes, kLacking},
          {Controller::memory, "memory.swappiness", "0", kLacking},
          {Controller::pids, "pids.max", processes},
          {Controller::cpu, "cpu.cfs_period_us", period},
          {Controller::cpu, "cpu.cfs_quota_us", quota, kAboveParent}};
}

GroupSetting low_cpu_weight(bool unified) {
  // An eighth of the default. Less would let a busy session delay the end of another for long.
  if (unified) return {Controller::cpu, "cpu.weight", "12"};
  return {Controller::cpu, "cpu.shares", "128"};
}

std::uint64_t counter_in(std::string_view text, std::string_view name) {
  std::istringstream lines{std::string(text)};
  std::uint64_t value = 0;
  for (std::string key; lines >> key >> value;) {
    if (key == name) return value;
  }
  return 0;
}

// Uses no streams: an unreadable file, such as that of a process that has just exited, makes a
// streambuf throw.
std::string read_text(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  char piece[4096];
  ssize_t size = 0;
  while (file && (size = ::read(file.get(), piece, sizeof(piece))) > 0) {
    text.append(piece, static_cast<std::size_t>(size));
  }
  return size < 0 ? std::string() : text;
}

int write_text(const std::string& path, std::string_view text) {
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file || ::write(file.get(), text.data(), text.size()) < 0) return errno;
  return 0;
}

int make_locked_directory(const std::string& parent, std::string& name, UniqueFd& lock) {
  for (;;) {
    name = random_name();
    const std::string path = below(parent, name);
    if (::mkdir(path.c_str(), 0755) < 0) return errno;
    const int error_number = open_locked(path, lock);
    if (error_number == 0 && is_same_directory(lock.get(), path)) return 0;
    // Another launcher took it for an old directory before it was locked: try again. Other errors
    // are final.
    if (error_number != 0 && error_number != EWOULDBLOCK && error_number != ENOENT) {
      ::rmdir(path.c_str());
      return error_number;
    }
  }
}

void sweep_directories(const std::string& parent) {
  for (const std::string& directory : directories_in(parent)) {
    UniqueFd lock;
    const bool is_ours = fs::path(directory).filename().string().starts_with(kDirectoryPrefix);
    if (is_ours && open_locked(directory, lock) == 0) remove_directory(directory);
  }
}

bool remove_directory(const std::string& directory) {
  for (const std::string& group : directories_in(directory)) ::rmdir(group.c_str());
  return ::rmdir(directory.c_str()) == 0 || errno == ENOENT;
}

int enable_below(const CgroupPlace& parent, Controller controller) {
  const std::string file = parent.directory + "/cgroup.subtree_control";
  const std::string name(name_of(controller));
  if (has_word(read_text(file), name)) return 0;
  return write_text(file, '+' + name);
}

int make_way_for_groups(const CgroupPlace& place) {
  const bool is_root_of_all = !fs::exists(place.directory + "/cgroup.type");
  if (is_root_of_all || read_text(place.directory + "/cgroup.procs").empty()) return 0;
  return move_processes_to_leaf(place);
}

int move_processes_to_leaf(const CgroupPlace& place) {
  std::istringstream list(read_text(place.directory + "/cgroup.procs"));
  const std::vector<std::string> processes{std::istream_iterator<std::string>(list), {}};
  if (!may_move(place, processes)) return EBUSY;
  const std::string leaf = below(place.directory, kLeaf);
  if (::mkdir(leaf.c_str(), 0755) < 0 && errno != EEXIST) return errno;
  for (const std::string& process : processes) {
    const int error_number = write_text(leaf + "/cgroup.procs", process);
    if (error_number != 0 && error_number != ESRCH) return error_number;
  }
  return 0;
}

CgroupPlace without_leaf(CgroupPlace place) {
  const fs::path path(place.path);
  if (path.filename() != kLeaf) return place;
  place.path = path.parent_path().string();
  place.directory = fs::path(place.directory).parent_path().string();
  return place;
}

}  // namespace dynsessions::sandbox
