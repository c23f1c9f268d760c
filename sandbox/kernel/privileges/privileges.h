#pragma once

#include <cstdint>

#include "sandbox/kernel/namespaces/namespaces.h"
#include "sandbox/process/step.h"

/// Giving up privileges: ids, capabilities, securebits, no_new_privs. All async-signal-safe, all
/// one-way.
namespace dynsessions::sandbox {

/// Becomes the one user that exists inside, keeping capabilities: in the user namespace uid 0 is
/// not mapped, so the kernel takes nothing away on this change.
StepResult become_session_user();
/// The same but for the real uid, with whom the kernel counts descriptors that are sent: those of
/// a process that works for the launcher must not wait for what a session's user has sent.
StepResult act_as_session_user();
/// As somebody else, keeping capabilities wherever this happens; needs CAP_SETPCAP.
StepResult become_user(uid_t uid, gid_t gid);

/// A new session keyring without a name: the server's would otherwise be shared. Once, in the
/// launcher: all sandboxes then have the same empty one, which the filter lets nobody reach. One of
/// each interpreter's own would count against the 200 keys that a user may have
/// (kernel.keys.maxkeys), and bound the sessions.
StepResult leave_keyring();

/// Empties the bounding, ambient, inheritable, permitted and effective sets, locks the securebits
/// so that no uid brings any of it back, and sets no_new_privs.
StepResult drop_privileges();

/// The part of it that needs no capability: empties the sets and sets no_new_privs.
StepResult drop_capabilities();

StepResult forbid_new_privileges();

/// All privileges go but these capabilities (bits of 1 << CAP_...), which outlive one exec.
StepResult keep_only(std::uint32_t capabilities);

/// All privileges go but the capability to change users, which outlives one exec: there it serves
/// for use_files_as(), which an exec would undo.
StepResult keep_only_change_of_user();

/// As drop_capabilities(), but take_up_change_of_user() can have that one capability in effect
/// again. An exec cannot.
StepResult lay_down_change_of_user();
StepResult take_up_change_of_user();

/// Changes the effective uid: the kernel counts user namespaces that this process makes with it,
/// it owns them, and it has all rights over those that it owns. Real uid, the user of files and
/// capabilities stay. Does nothing if `uid` is the effective one already.
StepResult become_owner(uid_t uid);

/// Creates and opens files as `uid` from now on. A tmpfs of a user namespace takes files of the ids
/// that are mapped there, and of nobody else.
StepResult use_files_as(uid_t uid);

}  // namespace dynsessions::sandbox
