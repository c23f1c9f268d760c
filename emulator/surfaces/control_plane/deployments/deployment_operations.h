#pragma once

#include "emulator/surfaces/control_plane/operation.h"

namespace dynsessions::surfaces::control_plane {

Operation list_deployments;
Operation get_deployment;
Operation put_deployment;
Operation delete_deployment;
Operation validate_deployment;
Operation preview_deployment;
Operation list_deployment_operations;
Operation get_deployment_operation;
Operation get_deployment_status;

}  // namespace dynsessions::surfaces::control_plane
