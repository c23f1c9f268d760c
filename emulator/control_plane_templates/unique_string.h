#pragma once

#include <string>
#include <string_view>

namespace dynsessions::control_plane_templates {

/// The 13 letters and digits that the template function `uniqueString` makes of a text. The service
/// does not document the algorithm; this one is from public reimplementations, so it is a guess.
[[nodiscard]] std::string unique_string(std::string_view text);

/// The template function `guid`: a UUID of version 5 in the namespace that Microsoft's
/// documentation of Bicep names.
[[nodiscard]] std::string stable_guid(const std::string& text);

}  // namespace dynsessions::control_plane_templates
