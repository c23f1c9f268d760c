#pragma once

#include <optional>
#include <string>
#include <vector>

#include "emulator/control_plane_templates/evaluator.h"

namespace dynsessions::control_plane_templates {

/// One entry of a `copy` array of an object, which makes a member `name` of `count` values. Valid
/// as long as the object.
struct PropertyCopy {
  std::string name;
  const Json& count;
  const Json& input;
};

/// Returns the entries of the object's `copy`. Empty if there is no `copy`, or if it is an ordinary
/// member of that name.
[[nodiscard]] std::vector<PropertyCopy> property_copies(const Json& object);

/// Returns the `copy` of an output, which is one object without a name; nullopt if the output has
/// no `copy`.
[[nodiscard]] std::optional<PropertyCopy> output_copy(const Json& output);

/// The array that the copy makes.
[[nodiscard]] Json unroll(Evaluator& evaluator, const PropertyCopy& copy);

}  // namespace dynsessions::control_plane_templates
