#include "emulator/files/acting_as.h"

#include <errno.h>

#include <sys/fsuid.h>
#include <sys/stat.h>
#include <system_error>

namespace dynsessions::files {
namespace {

struct stat owner_of(int root) {
  struct stat status {};
  if (::fstat(root, &status) != 0)
    throw std::system_error(errno, std::generic_category(), "fstat of a session's data directory");
  return status;
}

/// The call returns the previous id and never says whether it took; -1 is an id that never does.
uid_t current_user() { return static_cast<uid_t>(::setfsuid(static_cast<uid_t>(-1))); }
gid_t current_group() { return static_cast<gid_t>(::setfsgid(static_cast<gid_t>(-1))); }

}  // namespace

ActingAs::ActingAs(int root) : previous_user_(current_user()), previous_group_(current_group()) {
  const struct stat owner = owner_of(root);
  // The group first: the right to change it leaves with user 0.
  ::setfsgid(owner.st_gid);
  ::setfsuid(owner.st_uid);
}

ActingAs::~ActingAs() {
  ::setfsuid(previous_user_);
  ::setfsgid(previous_group_);
}

}  // namespace dynsessions::files
