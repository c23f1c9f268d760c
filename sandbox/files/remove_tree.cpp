#include "sandbox/files/remove_tree.h"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

#include "sandbox/files/directory_descent.h"

namespace dynsessions::sandbox {
namespace {

using DescentStep = DirectoryDescent::Step;

/// Removes all names of the directory except directories, which are entered later. Returns true if
/// any was removed.
bool remove_names(DirectoryDescent& way) {
  bool any = false;
  while (const char* name = way.next_name()) {
    if (::unlinkat(way.here().fd(), name, 0) == 0) {
      any = true;
    } else if (errno == EISDIR) {
      way.enter_later(name);
    }
  }
  return any;
}

bool remove_left(DirectoryDescent& way) {
  return ::unlinkat(way.here().fd(), way.left_name().c_str(), AT_REMOVEDIR) == 0;
}

/// Returns true if any of it was removed.
bool remove_along(DirectoryDescent& way) {
  bool any = false;
  for (DescentStep step = DescentStep::entered;
       step == DescentStep::entered || step == DescentStep::left; step = way.step()) {
    any |= step == DescentStep::entered ? remove_names(way) : remove_left(way);
  }
  return any;
}

}  // namespace

void remove_tree(int parent, const char* name) {
  while (::unlinkat(parent, name, AT_REMOVEDIR) != 0) {
    DirectoryDescent way(parent, name, HeldDirectory::Purpose::change);
    // Repeated, because a file system can leave out names of a directory while others are removed
    // from it.
    if (!way || !remove_along(way)) return;
  }
}

}  // namespace dynsessions::sandbox
