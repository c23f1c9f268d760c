#include "emulator/surfaces/control_plane/pool_json.h"

#include <algorithm>
#include <cmath>

#include "emulator/base/timestamp.h"
#include "emulator/http/text.h"
#include "emulator/surfaces/control_plane/regions.h"
#include "emulator/surfaces/control_plane/resource_id.h"

namespace dynsessions::surfaces::control_plane {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kType = "Microsoft.App/sessionpools";  // as recorded, in lower case

/// Only answers to PUT have the zone in their times, and not in that of an earlier creation
/// (recorded).
std::string time_text(TimePoint time, PoolView view) {
  std::string text = timestamp(time);
  if (view == PoolView::of_get) text.pop_back();
  return text;
}

Json system_data(const Authorship& authorship, PoolView view) {
  const bool is_new = authorship.created_at == authorship.modified_at;
  return {{"createdBy", authorship.created_by},
          {"createdByType", authorship.created_by_type},
          {"createdAt", time_text(authorship.created_at, is_new ? view : PoolView::of_get)},
          {"lastModifiedBy", authorship.modified_by},
          {"lastModifiedByType", authorship.modified_by_type},
          {"lastModifiedAt", time_text(authorship.modified_at, view)}};
}

/// Versions without a lifecycle have no words for OnContainerExit; that they show the newer ones is
/// a guess.
Json dynamic_configuration(const pools::PoolDefinition& definition,
                           const ContainerSettings& container, const ArmVersion& version) {
  if (container.lifecycle == LifecycleType::on_container_exit) {
    return {{"lifecycleConfiguration",
             {{"lifecycleType", "OnContainerExit"},
              {"maxAlivePeriodInSeconds", container.max_alive_period.count()}}}};
  }
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

Json scale_configuration(const pools::PoolDefinition& definition) {
  Json scale;
  if (!definition.environment_id.empty()) {
    scale["readySessionInstances"] = definition.ready_sessions;
  }
  scale["maxConcurrentSessions"] = definition.max_sessions;
  return scale;
}

/// The active template repeats the containers in another form: with empty lists, and whole numbers
/// without a fraction.
Json active_containers(const Json& containers, const ArmVersion& version) {
  Json shown = Json::array();
  for (const Json& container : containers) {
    Json active;
    for (const char* const name : {"image", "name", "command", "args"}) {
      if (container.contains(name)) active[name] = container[name];
    }
    active["env"] = container.value("env", Json::array());
    active["resources"] = container["resources"];
    const double cpu = container["resources"]["cpu"].get<double>();
    if (cpu == std::floor(cpu)) active["resources"]["cpu"] = std::lround(cpu);
    if (version.has_mcp_settings) active["probes"] = container.value("probes", Json::array());
    shown.push_back(std::move(active));
  }
  return shown;
}

/// The sessions that the template would have in advance, which never run here.
Json template_status(std::uint32_t ready_sessions) {
  Json status{{"expectedCount", ready_sessions}, {"readyCount", ready_sessions}};
  for (const char* const name :
       {"pendingCount", "imagePullFailCount", "crashCount", "allocatedCount"}) {
    status[name] = 0;
  }
  return status;
}

Json update_status(const pools::PoolDefinition& definition, const ActiveTemplate& active,
                   const ArmVersion& version) {
  std::string created = timestamp(active.created_at);
  created.pop_back();
  Json shown{{"details", "Running"}, {"createdTime", created + "+00:00"}};
  shown["status"] = template_status(definition.ready_sessions);
  shown["containers"] = active_containers(active.shown.containers, version);
  shown["ingress"] = active.shown.ingress;
  return {{"activeTemplate", std::move(shown)}};
}

Json container_template(const ContainerTemplate& wanted) {
  return {{"registryCredentials", wanted.registry_credentials},
          {"containers", wanted.containers},
          {"ingress", wanted.ingress}};
}

/// Identities of the pool without a setting have the lifecycle None.
Json identity_settings(const PoolEnvelope& envelope) {
  Json shown = Json::array();
  const auto& settings = envelope.container.identities;
  for (const IdentitySetting& one : settings) {
    shown.push_back(Json{{"identity", one.identity}, {"lifecycle", one.lifecycle}});
  }
  const auto add_rest = [&](const std::string& id) {
    const bool is_shown = std::any_of(settings.begin(), settings.end(), [&id](const auto& one) {
      return http::iequals(one.identity, id);
    });
    if (!is_shown) shown.push_back(Json{{"identity", id}, {"lifecycle", "None"}});
  };
  if (envelope.identity.system) add_rest("system");
  for (const auto& [id, user] : envelope.identity.users) add_rest(id);
  return shown;
}

Json properties(const pools::PoolDefinition& definition, const PoolEnvelope& envelope,
                const ArmVersion& version, const Caller& caller, PoolView view,
                Provisioning provisioning) {
  const bool is_of_containers = !definition.environment_id.empty();
  const ContainerSettings& container = envelope.container;
  Json shown;
  shown["environmentId"] = is_of_containers ? Json(definition.environment_id) : Json(nullptr);
  shown["poolManagementType"] = "Dynamic";
  shown["containerType"] = name_of(definition.container_type);
  shown["scaleConfiguration"] = scale_configuration(definition);
  if (!envelope.secrets.empty()) shown["secrets"] = secret_names(envelope.secrets);
  shown["dynamicPoolConfiguration"] = dynamic_configuration(definition, container, version);
  if (is_of_containers) shown["customContainerTemplate"] = container_template(container.wanted);
  shown["sessionNetworkConfiguration"] = {{"status", name_of(definition.network_status)}};
  shown["provisioningState"] = provisioning == Provisioning::succeeded ? "Succeeded" : "InProgress";
  if (container.active) shown["nodeCount"] = 1;
  shown["poolManagementEndpoint"] = caller.arm + definition.id.path();
  if (container.active) {
    shown["templateUpdateStatus"] = update_status(definition, *container.active, version);
  }
  if (version.has_managed_identity_settings) {
    const bool is_null = view == PoolView::of_put && !is_of_containers;
    shown["managedIdentitySettings"] = is_null            ? Json(nullptr)
                                       : is_of_containers ? identity_settings(envelope)
                                                          : Json(Json::array());
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
  if (identity.system) {
    shown["principalId"] = identity.principal_id;
    shown["tenantId"] = identity.tenant_id;
  }
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
  const bool shows_identity = view == PoolView::of_get || !envelope.identity.is_none() ||
                              !definition.environment_id.empty();
  if (shows_identity) shown["identity"] = identity_json(envelope.identity);
  return {std::move(shown)};
}

}  // namespace dynsessions::surfaces::control_plane
