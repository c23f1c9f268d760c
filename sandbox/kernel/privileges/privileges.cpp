#include "sandbox/kernel/privileges/privileges.h"

#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/securebits.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace dynsessions::sandbox {
namespace {

StepResult empty_bounding_set() {
  // The kernel can have newer capabilities than the headers: EINVAL marks the end.
  for (unsigned long capability = 0; capability < 64; ++capability) {
    if (::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0) continue;
    if (errno == EINVAL && capability > CAP_SETPCAP) return {};
    return {errno, "bounding set"};
  }
  return {};
}

StepResult lock_securebits() {
  constexpr unsigned long kLocked = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
                                    SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
                                    SECBIT_NO_CAP_AMBIENT_RAISE |
                                    SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;
  return checked(::prctl(PR_SET_SECUREBITS, kLocked, 0, 0, 0), "securebits");
}

constexpr std::uint32_t kChangeOfUser = 1U << CAP_SETUID;

StepResult set_capability_sets(std::uint32_t effective, std::uint32_t permitted,
                               std::uint32_t inheritable) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {
      {effective, permitted, inheritable}, {}};
  return checked(::syscall(SYS_capset, &header, sets), "capset");
}

StepResult set_capabilities(std::uint32_t held, std::uint32_t inheritable) {
  return set_capability_sets(held, held, inheritable);
}

StepResult clear_ambient() {
  return checked(::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0), "ambient set");
}

StepResult raise_ambient(std::uint32_t capabilities) {
  for (unsigned long capability = 0; capability < 32; ++capability) {
    if ((capabilities >> capability & 1U) == 0) continue;
    if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) < 0) {
      return {errno, "ambient set"};
    }
  }
  return {};
}

/// If user 0 exists, the kernel would take the capabilities from a process that stops being user 0.
StepResult keep_capabilities_across_users() {
  const int now = ::prctl(PR_GET_SECUREBITS, 0, 0, 0, 0);
  if (now < 0 || (now & SECBIT_NO_SETUID_FIXUP) != 0) return checked(now, "securebits");
  return checked(::prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0), "securebits");
}

constexpr auto kUnchanged = static_cast<uid_t>(-1);

StepResult set_ids(uid_t uid, gid_t gid) {
  if (::syscall(SYS_setresgid, gid, gid, gid) < 0) return {errno, "gid"};
  return checked(::syscall(SYS_setresuid, uid, uid, uid), "uid");
}

}  // namespace

StepResult become_session_user() { return set_ids(kInsideUid, kInsideGid); }

StepResult act_as_session_user() {
  if (::syscall(SYS_setresgid, kInsideGid, kInsideGid, kInsideGid) < 0) return {errno, "gid"};
  return checked(::syscall(SYS_setresuid, kUnchanged, kInsideUid, kInsideUid), "uid");
}

StepResult become_user(uid_t uid, gid_t gid) {
  const StepResult kept = keep_capabilities_across_users();
  return kept.ok() ? set_ids(uid, gid) : kept;
}

StepResult leave_keyring() {
  const long result = ::syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr);
  // A kernel without keyrings has no session keyring.
  if (result >= 0 || errno == ENOSYS) return {};
  const StepResult failure{errno};
  // The filter of a container can forbid every use of keyrings; sessions inherit that filter. It is
  // recognised by a query of the process's own keyring, which nothing else forbids.
  const bool forbidden =
      failure.error_number == EPERM &&
      ::syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0) < 0 &&
      errno == EPERM;
  return forbidden ? StepResult{} : failure;
}

StepResult drop_privileges() {
  StepResult result = empty_bounding_set();
  if (result.ok()) result = lock_securebits();
  if (result.ok()) result = drop_capabilities();
  return result;
}

StepResult drop_capabilities() {
  StepResult result = clear_ambient();
  if (result.ok()) result = set_capabilities(0, 0);
  return result.ok() ? forbid_new_privileges() : result;
}

StepResult forbid_new_privileges() {
  return checked(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
}

StepResult keep_only(std::uint32_t capabilities) {
  constexpr std::uint32_t kDropOthers = 1U << CAP_SETPCAP;
  StepResult result = set_capabilities(capabilities | kDropOthers, capabilities);
  if (result.ok()) result = raise_ambient(capabilities);
  if (result.ok()) result = empty_bounding_set();
  if (result.ok()) result = lock_securebits();
  if (result.ok()) result = set_capabilities(capabilities, capabilities);
  return result;
}

StepResult keep_only_change_of_user() { return keep_only(kChangeOfUser); }

StepResult lower_change_of_user() {
  StepResult result = clear_ambient();
  if (result.ok()) result = set_capability_sets(0, kChangeOfUser, 0);
  return result.ok() ? forbid_new_privileges() : result;
}

StepResult raise_change_of_user() { return set_capabilities(kChangeOfUser, 0); }

StepResult become_owner(uid_t uid) {
  if (static_cast<uid_t>(::syscall(SYS_geteuid)) == uid) return {};
  const auto user_of_files = static_cast<uid_t>(::setfsuid(kUnchanged));
  const StepResult kept = keep_capabilities_across_users();
  if (!kept.ok()) return kept;
  if (::syscall(SYS_setresuid, kUnchanged, uid, kUnchanged) < 0) return {errno, "uid"};
  ::setfsuid(user_of_files);
  return {};
}

StepResult use_files_as(uid_t uid) {
  // access(2) checks the real uid.
  if (::syscall(SYS_setresuid, uid, kUnchanged, kUnchanged) < 0) return {errno, "real uid"};
  ::setfsuid(uid);  // returns only the previous user
  return static_cast<uid_t>(::setfsuid(kUnchanged)) == uid ? StepResult{} : StepResult{EPERM};
}

}  // namespace dynsessions::sandbox
