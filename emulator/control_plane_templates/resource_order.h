#pragma once

#include <vector>

#include "emulator/control_plane_templates/planned_resource.h"

namespace dynsessions::control_plane_templates {

/// The resources in an order in which each follows those that it depends on or refers to, and
/// otherwise that of the template. Throws TemplateProblem if two have the same id, if one depends
/// on something that the template does not have, or if some depend on each other in a circle.
[[nodiscard]] std::vector<PlannedResource> ordered(std::vector<PlannedResource> resources);

}  // namespace dynsessions::control_plane_templates
