#include "emulator/workspace_files/acting_as_owner.h"

#include <system_error>

#include <errno.h>
#include <sys/stat.h>

namespace dynsessions::workspace_files {

ActingAs acting_as_owner(int root) {
  struct stat status {};
  if (::fstat(root, &status) != 0)
    throw std::system_error(errno, std::generic_category(), "fstat of a session's data directory");
  return {status.st_uid, status.st_gid};
}

}  // namespace dynsessions::workspace_files
