#include "emulator/surfaces/control_plane/resource_groups.h"

#include <utility>

#include "emulator/base/value_kind.h"
#include "emulator/http/text.h"
#include "emulator/surfaces/control_plane/arm_object.h"
#include "emulator/surfaces/control_plane/regions.h"
#include "emulator/surfaces/control_plane/tags.h"

/// Resource groups follow ARM's conventions; no traffic about them was recorded.
namespace dynsessions::surfaces::control_plane {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLongestGroupName = 90;

/// The name becomes a segment of the pool's path on the data plane, so parentheses, which Azure
/// accepts, are not.
bool is_group_name(std::string_view name) {
  return name.size() <= kLongestGroupName && !name.ends_with('.') &&
         value_kinds::is_path_segment(name);
}

void read_tags(const ArmObject& root, std::map<std::string, std::string>& tags, bool is_patch) {
  const nlohmann::json* const wanted = root.find("tags");
  if (wanted == nullptr && !is_patch) tags.clear();
  if (wanted == nullptr) return;
  if (!wanted->is_object()) return root.fail("tags", "must be an object");
  tags.clear();
  for (const auto& [name, value] : wanted->items()) {
    if (!value.is_string()) return root.fail("tags." + name, "must be a text");
    tags[name] = value.get<std::string>();
  }
  check_tags(root, tags);
}

}  // namespace

ArmResult<ResourceGroups::Group> ResourceGroups::wanted(const Scope& scope,
                                                        const nlohmann::json& body,
                                                        const std::string& home,
                                                        bool is_patch) const {
  std::optional<ArmError> error;
  const ArmObject root(&body, {}, error);
  const auto found = groups_.find(scope.key());
  Group group = found == groups_.end() ? Group{scope, home} : found->second;
  const auto location = root.text("location");
  read_tags(root, group.tags, is_patch);
  if (!is_group_name(scope.group)) {
    root.fail(bad_member("InvalidResourceGroup",
                         "The provided resource group name '" + scope.group +
                             "' is not one of the emulator: use at most 90 letters, digits, `-`, "
                             "`_` and `.`, and no `.` at the end.",
                         "name"));
  }
  if (!location && !is_patch) {
    root.fail(bad_member("LocationRequired",
                         "The location property is required for this definition.", "location"));
  } else if (location && region_name(*location) != region_name(group.location)) {
    if (!region_display_name(*location)) {
      root.fail(bad_member(
          "LocationNotAvailableForResourceGroup",
          "The provided location '" + *location + "' is not available for resource group.",
          "location"));
    } else if (found != groups_.end()) {
      root.fail({409, "InvalidResourceGroupLocation",
                 "Invalid resource group location '" + *location +
                     "'. The Resource group already exists in location '" + group.location + "'.",
                 "location"});
    }
    group.location = region_name(*location);
  }
  if (found == groups_.end() && groups_.size() >= kMost) {
    root.fail({409, "ResourceGroupQuotaExceeded",
               "A subscription can have at most " + std::to_string(kMost) + " resource groups."});
  }
  if (error) return *std::move(error);
  return group;
}

ArmResult<void> ResourceGroups::check(const Scope& scope, const nlohmann::json& body) const {
  const ArmResult<Group> group = wanted(scope, body, {}, false);
  if (!group) return group.error();
  return {};
}

ArmResult<ResourceGroups::Written> ResourceGroups::write(const Scope& scope,
                                                         const nlohmann::json& body,
                                                         const std::string& home, bool is_patch) {
  ArmResult<Group> group = wanted(scope, body, home, is_patch);
  if (!group) return group.error();
  const bool is_new = !has(scope);
  groups_[scope.key()] = *std::move(group);
  return Written{show(scope, home), is_new};
}

std::vector<Scope> ResourceGroups::in(const std::string& subscription) const {
  std::vector<Scope> scopes;
  for (const auto& [key, group] : groups_) {
    if (http::iequals(group.scope.subscription, subscription)) scopes.push_back(group.scope);
  }
  return scopes;
}

Resource ResourceGroups::show(const Scope& scope, const std::string& home) const {
  const auto found = groups_.find(scope.key());
  const Group group = found == groups_.end() ? Group{scope, home} : found->second;
  Json shown;
  shown["id"] = group.scope.text();
  shown["name"] = group.scope.group;
  shown["type"] = kResourceGroups;
  shown["location"] = region_name(group.location);
  if (!group.tags.empty()) shown["tags"] = group.tags;
  shown["properties"] = {{"provisioningState", "Succeeded"}};
  return {std::move(shown)};
}

}  // namespace dynsessions::surfaces::control_plane
