#pragma once

#include <cstdint>

#include "sandbox/kernel/namespaces/namespaces.h"
#include "sandbox/process/step.h"

/// Gives up privileges: ids, capabilities, securebits, no_new_privs. All functions are
/// async-signal-safe, and none can be undone.
namespace dynsessions::sandbox {

/// Becomes the one user that exists inside, keeping capabilities: in the user namespace uid 0 is
/// not mapped, so the kernel removes no capability on this change.
StepResult become_session_user();
/// Like become_session_user(), but keeps the real uid. The kernel counts descriptors that are being
/// sent per real uid, and a process that works for the launcher must not be blocked by descriptors
/// that a session's user has sent.
StepResult act_as_session_user();
/// Becomes another user and keeps all capabilities, in any user namespace; needs CAP_SETPCAP.
StepResult become_user(uid_t uid, gid_t gid);

/// Joins a new session keyring without a name; otherwise the server's keyring would be shared. The
/// launcher calls it once: all sandboxes then have the same empty keyring, which the filter makes
/// unreachable. A separate keyring for each interpreter would count against the 200 keys of a user
/// (kernel.keys.maxkeys) and so limit the number of sessions.
StepResult leave_keyring();

/// Empties the bounding, ambient, inheritable, permitted and effective sets, locks the securebits
/// so that no change of the uid restores any of them, and sets no_new_privs.
StepResult drop_privileges();

/// The steps of drop_privileges() that need no capability: empties the sets and sets no_new_privs.
StepResult drop_capabilities();

StepResult forbid_new_privileges();

/// Drops all privileges except these capabilities (bits of 1 << CAP_...), which survive one exec.
StepResult keep_only(std::uint32_t capabilities);

/// Drops all privileges except the capability to change users, which survives one exec. After the
/// exec it is needed for use_files_as(), which an exec would undo.
StepResult keep_only_change_of_user();

/// Like drop_capabilities(), but raise_change_of_user() can later make that one capability
/// effective again. An exec cannot.
StepResult lower_change_of_user();
StepResult raise_change_of_user();

/// Changes the effective uid: the kernel counts user namespaces that this process makes for that
/// uid, which owns them and so has all rights over them. The real uid, the user of files and the
/// capabilities stay. Does nothing if `uid` is the effective one already.
StepResult become_owner(uid_t uid);

/// Creates and opens files as `uid` from now on. A tmpfs of a user namespace accepts only files of
/// ids that are mapped there.
StepResult use_files_as(uid_t uid);

}  // namespace dynsessions::sandbox
