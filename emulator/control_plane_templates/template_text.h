#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "emulator/control_plane_templates/member.h"

namespace dynsessions::control_plane_templates {

/// JSON with `//` and `/* */` comments; nullopt if the text is not JSON, or if objects and arrays
/// are nested too deeply (limits::kJsonDepth).
[[nodiscard]] std::optional<Json> parse_template_text(std::string_view text);

/// The same for the body of a deployment request. az writes the key `template` without quotes and
/// passes the file's text through, comments included (api-spec/CONTROL-PLANE.md section 7).
[[nodiscard]] std::optional<Json> parse_deployment_body(std::string_view text);

/// Say where and why the functions above return nullopt: "line 3, column 5: unexpected …".
[[nodiscard]] std::string why_no_template(std::string_view text);
[[nodiscard]] std::string why_no_deployment_body(std::string_view text);

}  // namespace dynsessions::control_plane_templates
