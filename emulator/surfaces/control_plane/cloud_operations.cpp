#include <array>
#include <utility>

#include "emulator/http/text.h"
#include "emulator/surfaces/control_plane/answers.h"
#include "emulator/surfaces/control_plane/operation.h"
#include "emulator/surfaces/control_plane/regions.h"

/// The facts about the cloud that clients read before they ask for a resource (CONTROL-PLANE.md
/// section 3.1).
namespace dynsessions::surfaces::control_plane {
namespace asio = boost::asio;

namespace {

using Json = nlohmann::ordered_json;

/// Not "AzureCloud", whose login address az would replace.
constexpr const char* kCloudName = "dynsessions";
constexpr const char* kSubscriptionName = "dynsessions";

/// Every address is the server itself, so that nothing goes to the public cloud. The object has the
/// members of both forms of the document.
Json cloud(const std::string& arm, const std::string& tenant) {
  Json object;
  object["name"] = kCloudName;
  object["portal"] = arm;
  object["authentication"] = {{"loginEndpoint", arm},
                              {"audiences", Json::array({arm, arm + "/"})},
                              {"tenant", tenant},
                              {"identityProvider", "AAD"}};
  object["resourceManager"] = arm;
  object["suffixes"] = Json::object();
  for (const char* name : {"graph", "gallery", "batch", "media", "sqlManagement",
                           "activeDirectoryDataLake", "microsoftGraphResourceId", "vmImageAliasDoc",
                           "graphEndpoint", "galleryEndpoint", "portalEndpoint"}) {
    object[name] = arm;
  }
  return object;
}

Json subscription_json(const std::string& id, const std::string& tenant) {
  return {{"id", "/subscriptions/" + id},
          {"authorizationSource", "RoleBased"},
          {"managedByTenants", Json::array()},
          {"subscriptionId", id},
          {"tenantId", tenant},
          {"displayName", kSubscriptionName},
          {"state", "Enabled"},
          {"subscriptionPolicies",
           {{"locationPlacementId", "Public_2014-09-01"},
            {"quotaId", "PayAsYouGo_2014-09-01"},
            {"spendingLimit", "Off"}}}};
}

Json location_json(const std::string& subscription, std::string_view display_name) {
  const std::string name = region_name(display_name);
  return {{"id", "/subscriptions/" + subscription + "/locations/" + name},
          {"name", name},
          {"type", "Region"},
          {"displayName", display_name},
          {"regionalDisplayName", display_name}};
}

struct ResourceType {
  std::string_view name;
  bool is_regional;
  bool has_pool_versions;
};

struct Provider {
  std::string_view name;
  std::array<ResourceType, 3> types;
};

constexpr std::array kProviders{
    Provider{"Microsoft.App",
             {{{"sessionPools", true, true},
               {"locations/operationStatuses", true, true},
               {"locations/operationResults", true, true}}}},
    Provider{"Microsoft.Authorization",
             {{{"roleAssignments", false, false}, {"roleDefinitions", false, false}}}},
    Provider{"Microsoft.Resources",
             {{{"resourceGroups", false, false},
               {"deployments", false, false},
               {"subscriptions", false, false}}}},
};

/// The api-versions of session pools, newest first, as the provider lists them.
Json pool_versions() {
  Json names = Json::array();
  const auto versions = arm_versions();
  for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
    names.push_back(version->name);
  }
  return names;
}

/// The api-versions that other providers list. Every version is accepted; clients choose one of
/// these.
Json other_versions() { return Json::array({"2025-04-01", "2022-04-01", "2021-04-01"}); }

Json type_json(const ResourceType& type) {
  Json locations = Json::array();
  if (type.is_regional) {
    for (const std::string_view region : regions()) locations.push_back(region);
  }
  Json object{{"resourceType", type.name}, {"locations", std::move(locations)}};
  object["apiVersions"] = type.has_pool_versions ? pool_versions() : other_versions();
  object["defaultApiVersion"] =
      type.has_pool_versions ? std::string(default_version()) : std::string("2021-04-01");
  object["capabilities"] = type.name == "sessionPools"
                               ? "CrossResourceGroupResourceMove, CrossSubscriptionResourceMove, "
                                 "SystemAssignedResourceIdentity, SupportsTags, SupportsLocation"
                               : "None";
  return object;
}

Json provider_json(const Provider& provider, const std::string& subscription) {
  Json object;
  object["id"] = "/subscriptions/" + subscription + "/providers/" + std::string(provider.name);
  object["namespace"] = provider.name;
  object["resourceTypes"] = Json::array();
  for (const ResourceType& type : provider.types) {
    if (!type.name.empty()) object["resourceTypes"].push_back(type_json(type));
  }
  object["registrationState"] = "Registered";
  object["registrationPolicy"] = "RegistrationRequired";
  return object;
}

ArmAnswer provider_answer(const ArmCall& call) {
  const std::string& wanted = call.parameters["namespace"];
  for (const Provider& provider : kProviders) {
    if (http::iequals(provider.name, wanted)) {
      return json_answer(provider_json(provider, call.scope.subscription));
    }
  }
  return ArmError{404, "InvalidResourceNamespace",
                  "The resource namespace '" + wanted + "' is invalid.", "namespace"};
}

}  // namespace

/// Answers with an array of one cloud, or with one object at the versions 2022-09-01 and 2015-01-01
/// (old az).
asio::awaitable<ArmAnswer> get_cloud_metadata(ArmCall& call) {
  const std::string version = call.api_version();
  const Json object = cloud(call.caller.arm, call.services.identity.tenant);
  const bool wants_array = version.empty() || version == "2019-05-01";
  co_return json_answer(wants_array ? Json::array({object}) : object);
}

asio::awaitable<ArmAnswer> list_tenants(ArmCall& call) {
  const std::string& tenant = call.services.identity.tenant;
  const Json object{{"id", "/tenants/" + tenant},
                    {"tenantId", tenant},
                    {"displayName", kCloudName},
                    {"tenantCategory", "Home"}};
  co_return list_answer({Resource{object}});
}

asio::awaitable<ArmAnswer> list_subscriptions(ArmCall& call) {
  std::vector<Resource> shown;
  for (const std::string& id : call.services.store.subscriptions()) {
    shown.push_back({subscription_json(id, call.services.identity.tenant)});
  }
  co_return list_answer(shown);
}

asio::awaitable<ArmAnswer> get_subscription(ArmCall& call) {
  co_return json_answer(subscription_json(call.scope.subscription, call.services.identity.tenant));
}

asio::awaitable<ArmAnswer> list_locations(ArmCall& call) {
  std::vector<Resource> shown;
  for (const std::string_view region : regions()) {
    shown.push_back({location_json(call.scope.subscription, region)});
  }
  co_return list_answer(shown);
}

asio::awaitable<ArmAnswer> list_providers(ArmCall& call) {
  std::vector<Resource> shown;
  for (const Provider& provider : kProviders) {
    shown.push_back({provider_json(provider, call.scope.subscription)});
  }
  co_return list_answer(shown);
}

asio::awaitable<ArmAnswer> get_provider(ArmCall& call) { co_return provider_answer(call); }

/// Does nothing: all providers are already registered.
asio::awaitable<ArmAnswer> register_provider(ArmCall& call) { co_return provider_answer(call); }

}  // namespace dynsessions::surfaces::control_plane
