#include "sandbox/watch/disk_watch.h"

#include <algorithm>
#include <set>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>

#include "sandbox/base/acting_as.h"

namespace dynsessions::sandbox {
namespace {

/// A walk of an ordinary tree takes a moment and is hardly ever disturbed. If a session moves
/// directories so often that no walk completes, it counts as exceeding its limit.
constexpr int kMostDisturbedWalks = 8;
/// The file system sometimes needs another block for the same files later.
constexpr DirectoryUsage kNoGrowth{std::uint64_t{1} << 20, 16};
/// Allowance above twice the limit for growth between two looks.
constexpr DirectoryUsage kOvershoot{std::uint64_t{1} << 30, 1 << 18};
/// Files that Python and packages can additionally keep in /tmp.
constexpr std::uint64_t kScratchFiles = 4096;
/// Descriptors per scan and session. Three kernels have some fifty.
constexpr std::size_t kMostDescriptors = 8192;

std::string descriptors_of(pid_t pid) { return "/proc/" + std::to_string(pid) + "/fd"; }

bool is_unlinked(const struct stat& status, dev_t device) {
  return S_ISREG(status.st_mode) && status.st_nlink == 0 && status.st_dev == device;
}

DirectoryUsage largest(const DirectoryUsage& a, const DirectoryUsage& b) {
  return {std::max(a.bytes, b.bytes), std::max(a.files, b.files)};
}

}  // namespace

DirectoryUsage disk_limit(const Limits& limits) {
  return {limits.data_bytes + limits.tmp_bytes + limits.shared_memory_bytes,
          limits.data_inodes + kScratchFiles};
}

DiskWatch::DiskWatch(UniqueFd directory, const DirectoryUsage& limit, std::optional<UserIds> user)
    : directory_(std::move(directory)), limit_(limit), user_(user), ceiling_(limit) {}

bool DiskWatch::scan(std::size_t names, std::span<const pid_t> processes) {
  if (!walk_) walk_ = std::make_unique<DirectoryWalk>(directory_.get());
  const DirectoryWalk::State state = walk_->visit(names);
  if (!measuring_ && must_end(processes)) {
    walk_.reset();
    measuring_ = true;
    return true;
  }
  if (state == DirectoryWalk::State::complete) finish(walk_->found());
  if (state != DirectoryWalk::State::under_way) walk_.reset();
  return false;
}

bool DiskWatch::must_end(std::span<const pid_t> processes) {
  if (walk_->state() == DirectoryWalk::State::disturbed) ++disturbed_walks_;
  struct stat status {};
  if (::fstat(directory_.get(), &status) != 0) return false;
  const DirectoryUsage open = unlinked_open_files(processes, status.st_dev, user_);
  return (walk_->found() + open).exceeds(ceiling_) || disturbed_walks_ >= kMostDisturbedWalks;
}

void DiskWatch::finish(const DirectoryUsage& found) {
  disturbed_walks_ = 0;
  const bool is_too_much = found.exceeds(limit_);
  const DirectoryUsage now = is_too_much ? largest(limit_, found + kNoGrowth) : limit_;
  ceiling_ = measuring_ ? now
                        : DirectoryUsage{std::min(ceiling_.bytes, now.bytes),
                                         std::min(ceiling_.files, now.files)};
  measuring_ = false;
}

bool DiskWatch::is_beyond_repair() const { return ceiling_.exceeds(limit_ + limit_ + kOvershoot); }

DirectoryUsage unlinked_open_files(std::span<const pid_t> processes, dev_t device,
                                   const std::optional<UserIds>& user) {
  std::optional<ActingAs> acting;
  if (user) acting.emplace(user->uid, user->gid);
  DirectoryUsage usage;
  std::set<FileIdentity> seen;
  std::size_t left = kMostDescriptors;
  for (const pid_t pid : processes) {
    HeldDirectory descriptors(AT_FDCWD, descriptors_of(pid).c_str());
    while (const char* name = descriptors && left > 0 ? descriptors.next_name() : nullptr) {
      --left;
      struct stat status {};
      if (::fstatat(descriptors.fd(), name, &status, 0) != 0) continue;
      if (!is_unlinked(status, device) || !seen.insert(identity_of(status)).second) continue;
      usage = usage + DirectoryUsage{bytes_of(status), 1};
    }
  }
  return usage;
}

}  // namespace dynsessions::sandbox
