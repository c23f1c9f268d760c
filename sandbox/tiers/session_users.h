#pragma once

#include <optional>
#include <set>

#include <sys/types.h>

#include "sandbox/base/unique_fd.h"
#include "sandbox/base/user_ids.h"
#include "sandbox/plan/sandbox_plan.h"

/// Host users of sessions. The kernel counts several things per user and not per control group:
/// inotify instances, descriptors in flight between processes, queued signals, POSIX timers, pages
/// in pipes, keys. So a root launcher gives each sandbox a separate user, in every tier. Other
/// launchers can only run sandboxes as their own user.
namespace dynsessions::sandbox {

class SessionUsers;

/// The user of one sandbox; it is free again when this object is destroyed.
class SessionUser {
 public:
  /// The launcher's own user.
  SessionUser();
  SessionUser(SessionUsers& users, uid_t id) : users_(&users), ids_{id, static_cast<gid_t>(id)} {}
  SessionUser(SessionUser&& other) noexcept;
  SessionUser(const SessionUser&) = delete;
  SessionUser& operator=(const SessionUser&) = delete;
  SessionUser& operator=(SessionUser&&) = delete;
  ~SessionUser();

  [[nodiscard]] UserIds ids() const { return ids_; }
  /// The ids to change to; nullopt if the sandbox has the launcher's own user.
  [[nodiscard]] std::optional<UserIds> separate() const {
    return users_ == nullptr ? std::nullopt : std::optional(ids_);
  }

 private:
  SessionUsers* users_ = nullptr;
  UserIds ids_;
};

class SessionUsers {
 public:
  explicit SessionUsers(LauncherUser launcher);
  SessionUsers(const SessionUsers&) = delete;
  SessionUsers& operator=(const SessionUsers&) = delete;

  /// Returns a user that no other sandbox of this host has, as far as all launchers see the same
  /// /run. Ids are used again as late as possible. Throws StepError with EAGAIN if all are in use.
  [[nodiscard]] SessionUser take();

 private:
  friend class SessionUser;

  [[nodiscard]] bool claim(uid_t id, short lock_type) const;
  void give_back(uid_t id);

  const LauncherUser launcher_;
  UniqueFd claims_;  ///< file whose locked bytes are the ids in use; none if it cannot be opened
  std::set<uid_t> taken_;
  uid_t next_ = 0;  ///< counted from the first id
};

}  // namespace dynsessions::sandbox
