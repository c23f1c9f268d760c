#include "emulator/surfaces/control_plane/role_assignments.h"

#include <algorithm>
#include <utility>

#include <boost/algorithm/string/case_conv.hpp>

#include "emulator/auth/claims.h"
#include "emulator/base/identifiers.h"
#include "emulator/base/timestamp.h"
#include "emulator/http/text.h"
#include "emulator/surfaces/control_plane/arm_object.h"

namespace dynsessions::surfaces::control_plane {

using http::iequals;
using Json = nlohmann::ordered_json;

namespace {

/// The 409 for an existing assignment; code and text were recorded.
ArmError exists() { return {409, "RoleAssignmentExists", "The role assignment already exists."}; }

ArmError assignment_not_found(const ResourceId& id) {
  return {404, "RoleAssignmentNotFound",
          "The role assignment '" + id.name + "' is not found."};  // guess
}

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

}  // namespace

ArmResult<RoleAssignments::Assignment> RoleAssignments::wanted(const ResourceId& id,
                                                               const nlohmann::json& body) const {
  std::optional<ArmError> error;
  const ArmObject root(&body, {}, error);
  const ArmObject properties = root.object("properties");
  const std::string role_id = properties.text("roleDefinitionId").value_or("");
  Assignment made{.id = id,
                  .role = find_role(role_id),
                  .principal = properties.text("principalId").value_or(""),
                  .principal_type = properties.text("principalType").value_or("User"),
                  .description = properties.text("description").value_or(""),
                  .created_by = {},
                  .created_at = {}};
  if (!is_uuid(id.name)) {
    properties.fail(
        bad_member("InvalidRoleAssignmentId",
                   "The name of a role assignment must be a GUID, not '" + id.name + "'.", "name"));
  }
  if (role_id.empty()) properties.fail("roleDefinitionId", "is missing");
  if (made.principal.empty()) properties.fail("principalId", "is missing");
  if (made.role == nullptr) {
    properties.fail(bad_member(
        "RoleDefinitionDoesNotExist",
        "The specified role definition with ID '" + role_id + "' does not exist.",
        "properties.roleDefinitionId",
        "the emulator has the three roles of session pools: GET …/roleDefinitions lists them"));
  }
  if (error) return *std::move(error);
  const std::string scope_key = boost::algorithm::to_lower_copy(id.scope);
  const auto is_same = [&](const auto& entry) {
    const Assignment& other = entry.second;
    return other.role == made.role && iequals(other.principal, made.principal) &&
           iequals(other.id.scope, scope_key);
  };
  if (assignments_.count(id.key()) > 0 ||
      std::any_of(assignments_.begin(), assignments_.end(), is_same)) {
    return exists();
  }
  if (assignments_.size() >= kMost) {
    return ArmError{400, "RoleAssignmentLimitExceeded",
                    "No more role assignments can be created (" + std::to_string(kMost) + ")."};
  }
  return made;
}

ArmResult<void> RoleAssignments::check(const ResourceId& id, const nlohmann::json& body) const {
  const ArmResult<Assignment> made = wanted(id, body);
  if (!made) return made.error();
  return {};
}

ArmResult<Resource> RoleAssignments::create(const ResourceId& id, const nlohmann::json& body,
                                            const Caller& caller, TimePoint now) {
  ArmResult<Assignment> made = wanted(id, body);
  if (!made) return made.error();
  made->created_by = caller.object_id();
  made->created_at = now;
  return show(assignments_.emplace(id.key(), *std::move(made)).first->second);
}

ArmResult<Resource> RoleAssignments::get(const ResourceId& id) const {
  const auto found = assignments_.find(id.key());
  if (found == assignments_.end()) return assignment_not_found(id);
  return show(found->second);
}

ArmResult<Resource> RoleAssignments::remove(const ResourceId& id) {
  const auto found = assignments_.find(id.key());
  if (found == assignments_.end()) return assignment_not_found(id);
  Resource removed = show(found->second);
  assignments_.erase(found);
  return removed;
}

void RoleAssignments::remove_within(std::string_view scope_key) {
  std::erase_if(assignments_,
                [scope_key](const auto& entry) { return is_within(entry.first, scope_key); });
}

std::vector<Resource> RoleAssignments::list(const std::string& scope, Reach reach,
                                            std::string_view principal) const {
  const std::string key = boost::algorithm::to_lower_copy(scope);
  std::vector<Resource> shown;
  for (const auto& [id, assignment] : assignments_) {
    const std::string of = boost::algorithm::to_lower_copy(assignment.id.scope);
    const bool reaches = is_within(key, of) || (reach == Reach::with_below && is_within(of, key));
    const bool is_wanted = principal.empty() || iequals(principal, assignment.principal);
    if (reaches && is_wanted) shown.push_back(show(assignment));
  }
  return shown;
}

auth::RoleRights RoleAssignments::rights_on(const std::string& resource_key,
                                            const std::vector<std::string>& principals) const {
  auth::RoleRights rights;
  for (const auto& [id, assignment] : assignments_) {
    const bool is_theirs =
        std::any_of(principals.begin(), principals.end(),
                    [&holder = assignment.principal](const std::string& principal) {
                      return iequals(principal, holder);
                    });
    const std::string scope = boost::algorithm::to_lower_copy(assignment.id.scope);
    if (!is_theirs || !is_within(resource_key, scope)) continue;
    if (assignment.role->can_execute()) return {.is_executor = true};
    rights.shortfall = "the principal " + assignment.principal + " has only the role `" +
                       std::string(assignment.role->name) + "` on " + assignment.id.scope +
                       ", which has no data actions: assign `" + std::string(auth::kExecutorRole) +
                       "`";
  }
  return rights;
}

/// Shows an assignment with its members in the recorded order.
Resource RoleAssignments::show(const Assignment& assignment) {
  const std::string subscription = scope_of(assignment.id.scope).subscription;
  const std::string time = timestamp(assignment.created_at);
  Json shown;
  shown["properties"] = {{"roleDefinitionId", show_role(*assignment.role, subscription).json["id"]},
                         {"principalId", assignment.principal},
                         {"principalType", assignment.principal_type},
                         {"scope", assignment.id.scope},
                         {"condition", nullptr},
                         {"conditionVersion", nullptr},
                         {"createdOn", time},
                         {"updatedOn", time},
                         {"createdBy", nullptr},
                         {"updatedBy", text_or_null(assignment.created_by)},
                         {"delegatedManagedIdentityResourceId", nullptr},
                         {"description", text_or_null(assignment.description)}};
  shown["id"] = assignment.id.text();
  shown["type"] = "Microsoft.Authorization/roleAssignments";
  shown["name"] = assignment.id.name;
  return {std::move(shown)};
}

}  // namespace dynsessions::surfaces::control_plane
