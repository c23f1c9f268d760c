#pragma once

#include <string>

#include "emulator/control_plane_templates/evaluator.h"

/// The parameters and outputs of a template: values with a declared type.
namespace dynsessions::control_plane_templates {

/// Gives the evaluator the parameters that the template declares: values of the request, or default
/// values. Throws TemplateProblem for a value that is missing, that no declaration expects, or that
/// breaks the rules of its declaration. Returns them as a deployment shows them:
/// {"name":{"type":"String","value":…}}, without values of secure types.
[[nodiscard]] Json resolve_parameters(Evaluator& evaluator, const Json& declarations,
                                      const Json& given);

/// {"type":"String","value":…} of a declared type such as "string"; a secure type has no value.
/// Throws TemplateProblem if the type is unknown or the value is of another. `place` is for the
/// message: "the template output 'x'".
[[nodiscard]] Json typed_value(const std::string& type, Json value, const std::string& place);

}  // namespace dynsessions::control_plane_templates
