#include "emulator/control_plane_templates/resource_id.h"

#include <vector>

#include "emulator/control_plane_templates/member.h"
#include "emulator/control_plane_templates/template_error.h"

namespace dynsessions::control_plane_templates {
namespace {

std::vector<std::string> segments_of(std::string_view text) {
  std::vector<std::string> segments;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('/', begin), text.size());
    segments.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return segments;
}

bool has_empty(const std::vector<std::string>& segments) {
  for (const std::string& segment : segments) {
    if (segment.empty()) return true;
  }
  return false;
}

}  // namespace

bool is_resource_group(std::string_view type) {
  return equal_names(type, "Microsoft.Resources/resourceGroups");
}

std::string relative_id_of(std::string_view type, std::string_view names) {
  const std::vector<std::string> types = segments_of(type);
  const std::vector<std::string> values = segments_of(names);
  if (types.size() != values.size() + 1 || has_empty(types) || has_empty(values)) {
    throw TemplateProblem(
        "The template resource '" + std::string(names) + "' for type '" + std::string(type) +
        "' has incorrect segment lengths. A nested resource type must have identical number of "
        "segments as its resource name. A root resource type must have segment length one greater "
        "than its resource name");
  }
  std::string id = types.front();
  for (std::size_t i = 0; i < values.size(); ++i) id += '/' + types[i + 1] + '/' + values[i];
  return id;
}

std::string make_resource_id(std::string_view scope, std::string_view type,
                             std::string_view names) {
  const std::string relative = relative_id_of(type, names);
  if (is_resource_group(type)) return std::string(scope) + "/resourceGroups/" + std::string(names);
  return std::string(scope) + "/providers/" + relative;
}

}  // namespace dynsessions::control_plane_templates
