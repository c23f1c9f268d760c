#include "sandbox/files/directory_walk.h"

#include <fcntl.h>

namespace dynsessions::sandbox {

std::uint64_t bytes_of(const struct stat& status) {
  constexpr std::uint64_t kBlock = 512;  // unit of st_blocks on every file system
  return static_cast<std::uint64_t>(status.st_blocks) * kBlock;
}

DirectoryWalk::DirectoryWalk(int directory) : way_(directory, ".", HeldDirectory::Purpose::look) {
  if (way_) {
    way_.here().let_go();
  } else {
    state_ = State::disturbed;
  }
}

DirectoryWalk::State DirectoryWalk::visit(std::size_t names) {
  if (state_ != State::under_way) return state_;
  way_.here().hold();
  for (; names > 0 && state_ == State::under_way; --names) look_at_next();
  way_.here().let_go();
  return state_;
}

void DirectoryWalk::look_at_next() {
  if (const char* name = way_.next_name()) return count(name);
  const DirectoryDescent::Step step = way_.step();
  if (step == DirectoryDescent::Step::finished) state_ = State::complete;
  if (step == DirectoryDescent::Step::disturbed) state_ = State::disturbed;
}

void DirectoryWalk::count(const char* name) {
  struct stat status {};
  if (::fstatat(way_.here().fd(), name, &status, AT_SYMLINK_NOFOLLOW) != 0) return;  // it is gone
  ++found_.files;
  const bool is_directory = S_ISDIR(status.st_mode);
  const bool has_more_names = !is_directory && status.st_nlink > 1;
  if (!has_more_names || linked_.insert(identity_of(status)).second) {
    found_.bytes += bytes_of(status);
  }
  if (is_directory) way_.enter_later(name);
}

}  // namespace dynsessions::sandbox
