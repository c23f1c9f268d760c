#include "emulator/surfaces/control_plane/pool_json.h"

#include "emulator/base/timestamp.h"
#include "emulator/surfaces/control_plane/regions.h"
#include "emulator/surfaces/control_plane/resource_id.h"

namespace dynsessions::surfaces::control_plane {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kType = "Microsoft.App/sessionpools";  // as recorded, in lower case

/// Only in answers to PUT do times have a time zone (recorded).
std::string time_text(TimePoint time, PoolView view) {
  std::string text = timestamp(time);
  if (view == PoolView::of_get) text.pop_back();
  return text;
}

Json system_data(const Authorship& authorship, PoolView view) {
  return {{"createdBy", authorship.created_by},
          {"createdByType", authorship.created_by_type},
          {"createdAt", time_text(authorship.created_at, view)},
          {"lastModifiedBy", authorship.modified_by},
          {"lastModifiedByType", authorship.modified_by_type},
          {"lastModifiedAt", time_text(authorship.modified_at, view)}};
}

Json dynamic_configuration(const pools::PoolDefinition& definition, const ArmVersion& version) {
  const auto seconds = definition.cooldown_period.count();
  if (!version.has_lifecycle) {
    return {{"executionType", "Timed"}, {"cooldownPeriodInSeconds", seconds}};
  }
  return {{"lifecycleConfiguration",
           {{"lifecycleType", "Timed"}, {"cooldownPeriodInSeconds", seconds}}}};
}

Json secret_names(const std::vector<std::string>& names) {
  Json secrets = Json::array();
  for (const std::string& name : names) secrets.push_back(Json{{"name", name}});
  return secrets;
}

Json properties(const pools::PoolDefinition& definition, const PoolEnvelope& envelope,
                const ArmVersion& version, const Caller& caller, PoolView view,
                Provisioning provisioning) {
  Json shown;
  shown["environmentId"] = nullptr;
  shown["poolManagementType"] = "Dynamic";
  shown["containerType"] = name_of(definition.container_type);
  shown["scaleConfiguration"] = {{"maxConcurrentSessions", definition.max_sessions}};
  if (!envelope.secrets.empty()) shown["secrets"] = secret_names(envelope.secrets);
  shown["dynamicPoolConfiguration"] = dynamic_configuration(definition, version);
  shown["sessionNetworkConfiguration"] = {{"status", name_of(definition.network_status)}};
  shown["provisioningState"] = provisioning == Provisioning::succeeded ? "Succeeded" : "InProgress";
  shown["poolManagementEndpoint"] = caller.arm + definition.id.path();
  if (version.has_managed_identity_settings) {
    shown["managedIdentitySettings"] =
        view == PoolView::of_put ? Json(nullptr) : Json(Json::array());
  }
  if (version.has_mcp_settings) shown["mcpServerSettings"] = nullptr;
  return shown;
}

Json identity_json(const ManagedIdentity& identity) {
  if (identity.is_none()) return {{"type", "None"}};
  Json shown;
  shown["type"] = !identity.system         ? "UserAssigned"
                  : identity.users.empty() ? "SystemAssigned"
                                           : "SystemAssigned, UserAssigned";
  if (identity.system) shown["principalId"] = identity.principal_id;
  for (const auto& [id, user] : identity.users) {
    shown["userAssignedIdentities"][id] = {{"principalId", user.principal_id},
                                           {"clientId", user.client_id}};
  }
  return shown;
}

}  // namespace

std::string shown_location(const std::string& location) {
  return std::string(region_display_name(location).value_or(location));
}

Resource show_pool(const pools::PoolDefinition& definition, const PoolEnvelope& envelope,
                   const ArmVersion& version, const Caller& caller, PoolView view,
                   Provisioning provisioning) {
  Json shown;
  shown["id"] = id_of(definition.id).text();
  shown["name"] = definition.id.name;
  shown["type"] = kType;
  shown["location"] = shown_location(definition.location);
  if (!envelope.tags.empty()) shown["tags"] = envelope.tags;
  shown["systemData"] = system_data(envelope.authorship, view);
  shown["properties"] = properties(definition, envelope, version, caller, view, provisioning);
  const bool shows_identity = view == PoolView::of_get || !envelope.identity.is_none();
  if (shows_identity) shown["identity"] = identity_json(envelope.identity);
  return {std::move(shown)};
}

}  // namespace dynsessions::surfaces::control_plane
