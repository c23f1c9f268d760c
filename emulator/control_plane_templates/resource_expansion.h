#pragma once

#include <vector>

#include "emulator/control_plane_templates/planned_resource.h"

namespace dynsessions::control_plane_templates {

/// The resources of a template, in its order: loops unrolled, nested children with their full names
/// behind their parents. Bodies are not yet evaluated. `resources` is an array, or an object by
/// symbols (languageVersion 2.0). Throws TemplateProblem.
[[nodiscard]] std::vector<PlannedResource> expand_resources(Evaluator& evaluator,
                                                            const Json& resources);

}  // namespace dynsessions::control_plane_templates
