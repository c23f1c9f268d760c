#pragma once

#include <sys/fsuid.h>
#include <sys/types.h>

namespace dynsessions {

/// As long as it lives, the calling thread reaches the file system with the rights of another user
/// instead of its own. Without the privilege to change, it does nothing.
///
/// Linux keeps these ids per thread. Made and destroyed in one blocking function, never held over a
/// co_await.
class ActingAs {
 public:
  // The group first: the right to change it leaves with user 0.
  ActingAs(uid_t user, gid_t group)
      : previous_group_(static_cast<gid_t>(::setfsgid(group))),
        previous_user_(static_cast<uid_t>(::setfsuid(user))) {}
  ActingAs(const ActingAs&) = delete;
  ActingAs& operator=(const ActingAs&) = delete;
  ~ActingAs() {
    ::setfsuid(previous_user_);
    ::setfsgid(previous_group_);
  }

 private:
  const gid_t previous_group_;
  const uid_t previous_user_;
};

}  // namespace dynsessions
