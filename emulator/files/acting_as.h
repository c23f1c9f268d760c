#pragma once

#include <sys/types.h>

namespace dynsessions::files {

/// As long as it lives, the calling thread reaches the file system with the rights of the owner of
/// `root` instead of its own. Two reasons, both for a server that runs as root:
/// - What it creates belongs to the session. Creating as root and giving away afterwards is not
///   possible: in a tmpfs that was mounted in the session's user namespace, where root has no id,
///   the kernel answers EOVERFLOW to every creation by root (seen on Linux 6.18).
/// - A path rule that we got wrong would open to the client what the session may open, not what
///   root may.
/// Without the privilege to change, and nothing to change to, it does nothing.
///
/// Linux keeps these ids per thread. Made and destroyed in one blocking function, never held over a
/// co_await.
class ActingAs {
 public:
  explicit ActingAs(int root);
  ActingAs(const ActingAs&) = delete;
  ActingAs& operator=(const ActingAs&) = delete;
  ~ActingAs();

 private:
  uid_t previous_user_;
  gid_t previous_group_;
};

}  // namespace dynsessions::files
