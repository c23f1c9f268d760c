#pragma once

#include <sys/fsuid.h>
#include <sys/types.h>

namespace dynsessions {

/// While this object exists, the calling thread accesses files with the rights of another user.
/// Without the privilege to change users, it does nothing.
///
/// Linux keeps these ids per thread. Create and destroy it in one blocking function; never keep it
/// across a co_await.
class ActingAs {
 public:
  // The group is changed first, because the right to change it is lost with user 0.
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
