#pragma once

#include <set>
#include <string>

#include "emulator/control_plane_templates/evaluator.h"

namespace dynsessions::control_plane_templates {

/// The ids, in lower case, of the resources that expressions in the value read with `reference`.
/// Throws TemplateProblem for an expression that cannot be parsed or calls an unknown function: a
/// value with references is only evaluated during the deployment, too late to refuse the template.
[[nodiscard]] std::set<std::string> find_references(Evaluator& evaluator, const Json& value);

}  // namespace dynsessions::control_plane_templates
