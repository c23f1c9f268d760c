#pragma once

#include "sandbox/namespaces.h"
#include "sandbox/step.h"

/// Giving up privileges: ids, capabilities, securebits, no_new_privs. All async-signal-safe, all
/// one-way.
namespace dynsessions::sandbox {

/// Becomes the one user that exists inside, keeping capabilities: in the user namespace uid 0 is
/// not mapped, so the kernel takes nothing away on this change.
StepResult become_session_user();

/// A new session keyring without a name: the launcher's would otherwise be shared.
StepResult leave_keyring();

/// Empties the bounding, ambient, inheritable, permitted and effective sets, locks the securebits
/// so that no uid brings any of it back, and sets no_new_privs.
StepResult drop_privileges();

}  // namespace dynsessions::sandbox
