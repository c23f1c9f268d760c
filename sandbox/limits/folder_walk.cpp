#include "sandbox/limits/folder_walk.h"

#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace dynsessions::sandbox {
namespace {

constexpr int kFolder = O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
/// To read names, and to look at what they name.
constexpr mode_t kNeeded = S_IRUSR | S_IXUSR;
constexpr mode_t kPermissions = 07777;
constexpr std::uint64_t kBlock = 512;  // of st_blocks, whatever the file system's own

mode_t mode_of(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 ? status.st_mode & kPermissions : kNeeded;
}

/// By a descriptor that needs no right to open: what is locked is unlocked by its path in /proc.
UniqueFd open_locked(int parent, const char* name, std::optional<mode_t>& own_mode) {
  const UniqueFd place(::openat(parent, name, O_PATH | kFolder));
  if (!place) return {};
  const mode_t mode = mode_of(place.get());
  const std::string link = "/proc/self/fd/" + std::to_string(place.get());
  if (::chmod(link.c_str(), mode | kNeeded) != 0) return {};
  own_mode = mode;
  return UniqueFd(::openat(place.get(), ".", O_RDONLY | kFolder));
}

}  // namespace

FileIdentity identity_of(const struct stat& status) { return {status.st_dev, status.st_ino}; }

std::uint64_t bytes_of(const struct stat& status) {
  return static_cast<std::uint64_t>(status.st_blocks) * kBlock;
}

HeldFolder::HeldFolder(int parent, const char* name) {
  UniqueFd folder(::openat(parent, name, O_RDONLY | kFolder));
  if (!folder && errno == EACCES) folder = open_locked(parent, name, own_mode_);
  if (!folder) return;
  stream_ = ::fdopendir(folder.get());
  if (stream_ == nullptr) return;
  static_cast<void>(folder.release());
  hold();
}

HeldFolder::HeldFolder(HeldFolder&& other) noexcept
    : stream_(std::exchange(other.stream_, nullptr)),
      own_mode_(std::exchange(other.own_mode_, std::nullopt)) {}

HeldFolder& HeldFolder::operator=(HeldFolder&& other) noexcept {
  std::swap(stream_, other.stream_);
  std::swap(own_mode_, other.own_mode_);
  return *this;
}

HeldFolder::~HeldFolder() {
  if (stream_ == nullptr) return;
  let_go();
  ::closedir(stream_);
}

FileIdentity HeldFolder::identity() const {
  struct stat status {};
  return ::fstat(fd(), &status) == 0 ? identity_of(status) : FileIdentity{};
}

const char* HeldFolder::next_name() const {
  // The stream is our own, which is all the safety that readdir asks for.
  while (const dirent* entry = ::readdir(stream_)) {  // NOLINT(concurrency-mt-unsafe)
    const char* name = entry->d_name;
    if (std::strcmp(name, ".") != 0 && std::strcmp(name, "..") != 0) return name;
  }
  return nullptr;
}

void HeldFolder::hold() {
  if (own_mode_) return;
  const mode_t mode = mode_of(fd());
  if ((mode & kNeeded) == kNeeded) return;
  if (::fchmod(fd(), mode | kNeeded) == 0) own_mode_ = mode;
}

void HeldFolder::let_go() {
  // Removed meanwhile or not: it is the session's own.
  if (own_mode_) static_cast<void>(::fchmod(fd(), *own_mode_));
  own_mode_.reset();
}

FolderWalk::FolderWalk(int folder) : here_(folder, ".") {
  if (!here_) {
    state_ = State::disturbed;
    return;
  }
  way_.push_back({here_.identity(), {}});
  here_.let_go();
}

FolderWalk::State FolderWalk::go_on(std::size_t names) {
  if (state_ != State::under_way) return state_;
  here_.hold();
  for (; names > 0 && state_ == State::under_way; --names) look_at_next();
  here_.let_go();
  return state_;
}

void FolderWalk::look_at_next() {
  Level& level = way_.back();
  const char* name = level.is_read ? nullptr : here_.next_name();
  if (name != nullptr) return count(name);
  level.is_read = true;
  if (!level.folders.empty()) return enter_next();
  if (way_.size() > 1) return leave();
  state_ = State::complete;
}

void FolderWalk::count(const char* name) {
  struct stat status {};
  if (::fstatat(here_.fd(), name, &status, AT_SYMLINK_NOFOLLOW) != 0) return;  // it is gone
  ++found_.files;
  const bool is_folder = S_ISDIR(status.st_mode);
  const bool has_more_names = !is_folder && status.st_nlink > 1;
  if (!has_more_names || linked_.insert(identity_of(status)).second) {
    found_.bytes += bytes_of(status);
  }
  if (is_folder) way_.back().folders.emplace_back(name);
}

void FolderWalk::enter_next() {
  const std::string name = std::move(way_.back().folders.back());
  way_.back().folders.pop_back();
  HeldFolder below(here_.fd(), name.c_str());
  if (!below) return;  // it is gone
  here_ = std::move(below);
  way_.push_back({here_.identity(), {}});
}

/// A folder that was moved has another parent than the one we came from.
void FolderWalk::leave() {
  way_.pop_back();
  HeldFolder above(here_.fd(), "..");
  if (above && above.identity() == way_.back().identity) {
    here_ = std::move(above);
  } else {
    state_ = State::disturbed;
  }
}

}  // namespace dynsessions::sandbox
