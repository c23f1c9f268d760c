#include "emulator/surfaces/control_plane/role_definitions.h"

#include <algorithm>
#include <array>

#include "emulator/auth/claims.h"
#include "emulator/http/text.h"

namespace dynsessions::surfaces::control_plane {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 1> kExecute{
    "Microsoft.App/sessionPools/interpreters/execute/action"};
constexpr std::array<std::string_view, 5> kContribute{
    "Microsoft.App/sessionPools/*/read", "Microsoft.App/sessionPools/*/write",
    "Microsoft.App/sessionPools/*/delete", "Microsoft.App/sessionPools/*/action",
    "Microsoft.Resources/deployments/*"};
constexpr std::array<std::string_view, 1> kRead{"Microsoft.App/sessionPools/*/read"};

constexpr std::array<Role, 3> kRoles{Role{auth::kExecutorRoleId,
                                          auth::kExecutorRole,
                                          "Executes code in the sessions of a pool.",
                                          {},
                                          kExecute},
                                     Role{"f7669afb-68b2-44b4-9c5f-6d2a47fddda0",
                                          "Container Apps SessionPools Contributor",
                                          "Manages session pools, and executes nothing in them.",
                                          kContribute,
                                          {}},
                                     Role{"af61e8fc-2633-4b95-bed3-421ad6826515",
                                          "Container Apps SessionPools Reader",
                                          "Reads session pools.",
                                          kRead,
                                          {}}};

Json texts(std::span<const std::string_view> list) {
  Json array = Json::array();
  for (const std::string_view text : list) array.push_back(text);
  return array;
}

}  // namespace

std::span<const Role> built_in_roles() { return kRoles; }

const Role* find_role(std::string_view id) {
  const std::string_view last = id.substr(id.rfind('/') + 1);  // npos + 1 is 0
  const auto* const found = std::find_if(kRoles.begin(), kRoles.end(), [last](const Role& role) {
    return http::iequals(role.id, last);
  });
  return found == kRoles.end() ? nullptr : found;
}

Resource show_role(const Role& role, const std::string& subscription) {
  const Json permission{{"actions", texts(role.actions)},
                        {"notActions", Json::array()},
                        {"dataActions", texts(role.data_actions)},
                        {"notDataActions", Json::array()}};
  Json shown;
  shown["properties"] = {{"roleName", role.name},
                         {"type", "BuiltInRole"},
                         {"description", role.description},
                         {"assignableScopes", Json::array({"/"})},
                         {"permissions", Json::array({permission})}};
  const std::string scope = subscription.empty() ? "" : "/subscriptions/" + subscription;
  shown["id"] =
      scope + "/providers/Microsoft.Authorization/roleDefinitions/" + std::string(role.id);
  shown["type"] = "Microsoft.Authorization/roleDefinitions";
  shown["name"] = role.id;
  return {std::move(shown)};
}

}  // namespace dynsessions::surfaces::control_plane
