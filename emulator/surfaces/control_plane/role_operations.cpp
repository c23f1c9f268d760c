#include <utility>

#include "emulator/http/text.h"
#include "emulator/surfaces/control_plane/answers.h"
#include "emulator/surfaces/control_plane/odata_filter.h"
#include "emulator/surfaces/control_plane/operation.h"

/// `Microsoft.Authorization` at every scope (CONTROL-PLANE.md sections 4 and 6).
namespace dynsessions::surfaces::control_plane {
namespace asio = boost::asio;

namespace {

/// The scope of the path: a pool, a group or a subscription.
std::string scope_text(const ArmCall& call) {
  const std::string& pool = call.parameters["name"];
  if (pool.empty()) return call.scope.text();
  return ResourceId{call.scope.text(), std::string(kSessionPools), pool}.text();
}

ResourceId assignment_id(const ArmCall& call) {
  return {scope_text(call), std::string(kRoleAssignments), call.parameters["assignment"]};
}

ArmResult<void> require_scope(const ArmCall& call) {
  const ResourceStore& store = call.services.store;
  if (const ArmResult<void> known = store.require(call.scope); !known) return known;
  const std::string& pool = call.parameters["name"];
  if (pool.empty()) return {};
  const ResourceId id{call.scope.text(), std::string(kSessionPools), pool};
  if (store.session_pools().exists(id)) return {};
  return resource_not_found("Microsoft.App/sessionPools/" + pool, call.scope.group);
}

ArmResult<ODataFilter> filter_of(const ArmCall& call, std::string_view names) {
  return parse_odata_filter(call.http.request.target.query_value("$filter").value_or(""), names);
}

}  // namespace

asio::awaitable<ArmAnswer> list_role_definitions(ArmCall& call) {
  const auto filter = filter_of(call, "rolename type atscope");
  if (!filter) co_return filter.error();
  const std::string name = filter->value_of("rolename");
  const std::string type = filter->value_of("type");
  std::vector<Resource> shown;
  for (const Role& role : built_in_roles()) {
    const bool has_name = name.empty() || http::iequals(name, role.name);
    const bool has_type = type.empty() || http::iequals(type, "BuiltInRole");
    if (has_name && has_type) shown.push_back(show_role(role, call.scope.subscription));
  }
  co_return list_answer(shown);
}

asio::awaitable<ArmAnswer> get_role_definition(ArmCall& call) {
  const std::string& id = call.parameters["role"];
  const Role* const role = find_role(id);
  if (role == nullptr) {
    co_return ArmError{404, "RoleDefinitionDoesNotExist",
                       "The specified role definition with ID '" + id + "' does not exist."};
  }
  co_return json_answer(show_role(*role, call.scope.subscription).json);
}

asio::awaitable<ArmAnswer> list_role_assignments(ArmCall& call) {
  if (const ArmResult<void> known = require_scope(call); !known) co_return known.error();
  const auto filter = filter_of(call, "atscope assignedto principalid");
  if (!filter) co_return filter.error();
  const std::string principal =
      filter->assigned_to.empty() ? filter->value_of("principalid") : filter->assigned_to;
  const auto reach =
      filter->at_scope ? RoleAssignments::Reach::inherited : RoleAssignments::Reach::with_below;
  co_return list_answer(
      call.services.store.role_assignments().list(scope_text(call), reach, principal));
}

asio::awaitable<ArmAnswer> get_role_assignment(ArmCall& call) {
  const auto assignment = call.services.store.role_assignments().get(assignment_id(call));
  if (!assignment) co_return assignment.error();
  co_return json_answer(assignment->json);
}

asio::awaitable<ArmAnswer> put_role_assignment(ArmCall& call) {
  const ArmResult<ArmBody> body = co_await read_body(call.http);
  if (!body) co_return body.error();
  if (const ArmResult<void> known = require_scope(call); !known) co_return known.error();
  ResourceStore& store = call.services.store;
  const auto created =
      store.role_assignments().create(assignment_id(call), body->json, call.caller, store.now());
  if (!created) co_return created.error();
  co_return json_answer(created->json, 201);
}

/// Answers 204 if there was no such assignment.
asio::awaitable<ArmAnswer> delete_role_assignment(ArmCall& call) {
  const auto removed = call.services.store.role_assignments().remove(assignment_id(call));
  if (!removed) co_return empty_answer(204);
  co_return json_answer(removed->json);
}

}  // namespace dynsessions::surfaces::control_plane
