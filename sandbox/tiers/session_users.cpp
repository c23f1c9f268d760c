#include "sandbox/tiers/session_users.h"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sandbox/process/step_error.h"

namespace dynsessions::sandbox {
namespace {

/// Debian leaves these ids to local users, at the end of their range, and they exist in a container
/// with 65536 ids as well. The group has the same number.
constexpr uid_t kFirstId = 50'000;
constexpr uid_t kIds = 9'000;

/// Only root can write there, so no session and no other user can lock an id.
constexpr const char* kClaims = "/run/dynsessions-session-users";

}  // namespace

SessionUser::SessionUser() : ids_{::geteuid(), ::getegid()} {}

SessionUser::SessionUser(SessionUser&& other) noexcept
    : users_(std::exchange(other.users_, nullptr)), ids_(other.ids_) {}

SessionUser::~SessionUser() {
  if (users_ != nullptr) users_->give_back(ids_.uid);
}

SessionUsers::SessionUsers(LauncherUser launcher) : launcher_(launcher) {
  if (launcher_ == LauncherUser::ordinary) return;
  claims_ = UniqueFd(::open(kClaims, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR));
}

SessionUser SessionUsers::take() {
  if (launcher_ == LauncherUser::ordinary) return {};
  for (uid_t tried = 0; tried < kIds; ++tried) {
    const uid_t id = kFirstId + std::exchange(next_, (next_ + 1) % kIds);
    if (taken_.contains(id) || !claim(id, F_WRLCK)) continue;
    taken_.insert(id);
    return {*this, id};
  }
  throw StepError("session users: all in use", EAGAIN);
}

void SessionUsers::give_back(uid_t id) {
  taken_.erase(id);
  static_cast<void>(claim(id, F_UNLCK));
}

/// The lock belongs to the open file, so the kernel drops it when the launcher exits.
bool SessionUsers::claim(uid_t id, short lock_type) const {
  if (!claims_) return true;
  struct flock byte {};
  byte.l_type = lock_type;
  byte.l_whence = SEEK_SET;
  byte.l_start = id;
  byte.l_len = 1;
  const int result = ::fcntl(claims_.get(), F_OFD_SETLK, &byte);
  return result == 0 ||
         (errno != EAGAIN && errno != EACCES);  // a /run without locks claims nothing
}

}  // namespace dynsessions::sandbox
