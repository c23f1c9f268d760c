#pragma once

#include <string>
#include <string_view>

namespace dynsessions::control_plane_templates {

/// "{scope}/providers/Microsoft.App/sessionPools/{name}" of the type "Microsoft.App/sessionPools"
/// and its names, which have "/" between them. A resource group's id has no provider. Throws
/// TemplateProblem unless there is one name for each segment of the type but the first.
[[nodiscard]] std::string make_resource_id(std::string_view scope, std::string_view type,
                                           std::string_view names);

/// "Microsoft.App/sessionPools/{name}", the id without its scope. Templates can also name a
/// resource in this form.
[[nodiscard]] std::string relative_id_of(std::string_view type, std::string_view names);

/// Whether the type is that of resource groups.
[[nodiscard]] bool is_resource_group(std::string_view type);

}  // namespace dynsessions::control_plane_templates
