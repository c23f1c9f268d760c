#pragma once

#include "emulator/surfaces/control_plane/arm_object.h"
#include "emulator/surfaces/control_plane/pool_body.h"
#include "emulator/surfaces/control_plane/pool_state.h"

namespace dynsessions::surfaces::control_plane {

/// The members of a body that only pools of custom containers have. Mistakes are kept in the error
/// of the object, as ArmObject does.

/// `environmentId`, which is required and cannot be changed.
void read_environment(const ArmObject& properties, PoolState& state);
/// `readySessionInstances`, after the maximum was read.
void read_ready_instances(const ArmObject& scale, PoolState& state, PoolWrite write);
/// `lifecycleType` and `maxAlivePeriodInSeconds`; the cooldown was read before.
void read_container_lifecycle(const ArmObject& dynamic, PoolState& state, PoolWrite write);
/// `customContainerTemplate`; the secrets were read before, and names of others are refused.
void read_container_template(const ArmObject& properties, PoolState& state, PoolWrite write);
/// `managedIdentitySettings`; the identities of the envelope were read before.
void read_container_identities(const ArmObject& properties, PoolState& state, PoolWrite write);

}  // namespace dynsessions::surfaces::control_plane
