#include "emulator/surfaces/control_plane/control_plane.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

#include "emulator/http/router.h"
#include "emulator/http/text.h"
#include "emulator/surfaces/control_plane/answers.h"
#include "emulator/surfaces/control_plane/arm_path.h"
#include "emulator/surfaces/control_plane/deployments/deployment_operations.h"
#include "emulator/surfaces/control_plane/entry_filter.h"
#include "emulator/surfaces/control_plane/operation.h"
#include "emulator/surfaces/no_route.h"

namespace dynsessions::surfaces::control_plane {
namespace asio = boost::asio;

namespace {

using http::HeadRequests;
using http::Method;
using http::Segments;

struct Row {
  Method method;
  std::string_view pattern;
  std::string_view name;
  Operation* operation;
};

constexpr std::string_view kCloudMetadata = "get_cloud_metadata";

// clang-format off
constexpr std::array kTenantRows{
    Row{Method::get, "/metadata/endpoints", kCloudMetadata, get_cloud_metadata},
    Row{Method::get, "/tenants", "list_tenants", list_tenants},
    Row{Method::get, "/subscriptions", "list_subscriptions", list_subscriptions},
    Row{Method::get, "/providers/Microsoft.Authorization/roleDefinitions", "list_role_definitions", list_role_definitions},
    Row{Method::get, "/providers/Microsoft.Authorization/roleDefinitions/{role}", "get_role_definition", get_role_definition},
};

/// The patterns begin after the subscription.
constexpr std::array kSubscriptionRows{
    Row{Method::get, "/", "get_subscription", get_subscription},
    Row{Method::get, "/locations", "list_locations", list_locations},
    Row{Method::get, "/providers", "list_providers", list_providers},
    Row{Method::get, "/providers/{namespace}", "get_provider", get_provider},
    Row{Method::post, "/providers/{namespace}/register", "register_provider", register_provider},
    Row{Method::get, "/resourceGroups", "list_resource_groups", list_groups},
    Row{Method::get, "/providers/Microsoft.App/locations/{location}/operationStatuses/{id}", "get_operation_status", get_operation_status},
    Row{Method::get, "/providers/Microsoft.App/locations/{location}/operationResults/{id}", "get_operation_result", get_operation_result},
};

/// The patterns begin after the resource group.
constexpr std::array kGroupRows{
    Row{Method::get, "/", "get_resource_group", get_group},
    Row{Method::put, "/", "put_resource_group", put_group},
    Row{Method::patch, "/", "patch_resource_group", patch_group},
    Row{Method::delete_, "/", "delete_resource_group", delete_group},
    Row{Method::get, "/providers/Microsoft.App/sessionPools/{name}", "get_session_pool", get_pool},
    Row{Method::put, "/providers/Microsoft.App/sessionPools/{name}", "put_session_pool", put_pool},
    Row{Method::patch, "/providers/Microsoft.App/sessionPools/{name}", "patch_session_pool", patch_pool},
    Row{Method::delete_, "/providers/Microsoft.App/sessionPools/{name}", "delete_session_pool", delete_pool},
    Row{Method::post, "/providers/Microsoft.App/sessionPools/{name}/fetchMcpServerCredentials", "fetch_mcp_credentials", get_mcp_credentials},
    Row{Method::post, "/providers/Microsoft.App/sessionPools/{name}/rotateMcpServerCredentials", "rotate_mcp_credentials", get_mcp_credentials},
    Row{Method::get, "/providers/Microsoft.App/managedEnvironments/{environment}", "get_managed_environment", get_environment},
    Row{Method::get, "/providers/Microsoft.App/sessionPools/{name}/providers/Microsoft.Authorization/roleDefinitions", "list_role_definitions", list_role_definitions},
    Row{Method::get, "/providers/Microsoft.App/sessionPools/{name}/providers/Microsoft.Authorization/roleDefinitions/{role}", "get_role_definition", get_role_definition},
    Row{Method::get, "/providers/Microsoft.App/sessionPools/{name}/providers/Microsoft.Authorization/roleAssignments", "list_role_assignments", list_role_assignments},
    Row{Method::get, "/providers/Microsoft.App/sessionPools/{name}/providers/Microsoft.Authorization/roleAssignments/{assignment}", "get_role_assignment", get_role_assignment},
    Row{Method::put, "/providers/Microsoft.App/sessionPools/{name}/providers/Microsoft.Authorization/roleAssignments/{assignment}", "put_role_assignment", put_role_assignment},
    Row{Method::delete_, "/providers/Microsoft.App/sessionPools/{name}/providers/Microsoft.Authorization/roleAssignments/{assignment}", "delete_role_assignment", delete_role_assignment},
};

/// Rows for subscriptions and for resource groups.
constexpr std::array kCommonRows{
    Row{Method::get, "/resources", "list_resources", list_resources},
    Row{Method::get, "/providers/Microsoft.App/sessionPools", "list_session_pools", list_pools},
    Row{Method::get, "/providers/Microsoft.Authorization/roleDefinitions", "list_role_definitions", list_role_definitions},
    Row{Method::get, "/providers/Microsoft.Authorization/roleDefinitions/{role}", "get_role_definition", get_role_definition},
    Row{Method::get, "/providers/Microsoft.Authorization/roleAssignments", "list_role_assignments", list_role_assignments},
    Row{Method::get, "/providers/Microsoft.Authorization/roleAssignments/{assignment}", "get_role_assignment", get_role_assignment},
    Row{Method::put, "/providers/Microsoft.Authorization/roleAssignments/{assignment}", "put_role_assignment", put_role_assignment},
    Row{Method::delete_, "/providers/Microsoft.Authorization/roleAssignments/{assignment}", "delete_role_assignment", delete_role_assignment},
};

/// A path without a provider, which the SDKs use for the operations of a deployment to a resource
/// group.
constexpr std::array kShortDeploymentRows{
    Row{Method::get, "/deployments/{deployment}/operations", "list_deployment_operations", list_deployment_operations},
    Row{Method::get, "/deployments/{deployment}/operations/{operation}", "get_deployment_operation", get_deployment_operation},
};

/// Deployments in resource groups and subscriptions.
constexpr std::array kDeploymentRows{
    Row{Method::get, "/providers/Microsoft.Resources/deployments", "list_deployments", list_deployments},
    Row{Method::get, "/providers/Microsoft.Resources/deployments/{deployment}", "get_deployment", get_deployment},
    Row{Method::put, "/providers/Microsoft.Resources/deployments/{deployment}", "put_deployment", put_deployment},
    Row{Method::delete_, "/providers/Microsoft.Resources/deployments/{deployment}", "delete_deployment", delete_deployment},
    Row{Method::post, "/providers/Microsoft.Resources/deployments/{deployment}/validate", "validate_deployment", validate_deployment},
    Row{Method::post, "/providers/Microsoft.Resources/deployments/{deployment}/whatIf", "preview_deployment", preview_deployment},
    Row{Method::get, "/providers/Microsoft.Resources/deployments/{deployment}/operations", "list_deployment_operations", list_deployment_operations},
    Row{Method::get, "/providers/Microsoft.Resources/deployments/{deployment}/operations/{operation}", "get_deployment_operation", get_deployment_operation},
    Row{Method::get, "/providers/Microsoft.Resources/deployments/{deployment}/operationStatuses/{operation}", "get_deployment_status", get_deployment_status},
};
// clang-format on

template <std::size_t A, std::size_t B>
constexpr std::array<Row, A + B> both(const std::array<Row, A>& first,
                                      const std::array<Row, B>& second) {
  std::array<Row, A + B> all{};
  for (std::size_t i = 0; i < A; ++i) all[i] = first[i];
  for (std::size_t i = 0; i < B; ++i) all[A + i] = second[i];
  return all;
}

constexpr auto kOfSubscription = both(both(kSubscriptionRows, kCommonRows), kDeploymentRows);
constexpr auto kOfGroup =
    both(both(both(kGroupRows, kCommonRows), kDeploymentRows), kShortDeploymentRows);

using ArmRouter = http::Router<Row>;

const ArmRouter& router_for(const Scope& scope) {
  static const ArmRouter kTenant(kTenantRows, HeadRequests::like_get);
  static const ArmRouter kSubscription(kOfSubscription, HeadRequests::like_get);
  static const ArmRouter kGroup(kOfGroup, HeadRequests::like_get);
  if (scope.subscription.empty()) return kTenant;
  return scope.group.empty() ? kSubscription : kGroup;
}

/// "Microsoft.Web/sites" of a path that has a provider; nullopt if it has none.
std::optional<std::string> type_in(Segments rest) {
  if (rest.size() < 3 || !http::iequals(rest[0], "providers")) return std::nullopt;
  return rest[1] + "/" + rest[2];
}

/// A path below a type that is emulated names an action that is not, such as `exportTemplate`.
bool is_emulated_type(std::string_view type) {
  constexpr std::array kTypes{kSessionPools, kManagedEnvironments, kRoleAssignments,
                              kRoleDefinitions, kDeployments};
  return std::any_of(kTypes.begin(), kTypes.end(),
                     [type](std::string_view one) { return http::iequals(one, type); });
}

ArmError no_row(const http::Request& request, const ArmPath& path) {
  const http::NoRow why = router_for(path.scope).explain(request.method, path.rest);
  const Error error = no_route(request, why, "This path is not emulated.",
                               "docs/control-plane.md lists the emulated part of ARM");
  if (!why.methods.empty()) {
    return {405, "HttpMethodNotAllowed", error.message, "method", error.reason};
  }
  const auto type = type_in(path.rest);
  if (type && !is_emulated_type(*type)) return unknown_type(*type);
  return {404, "InvalidResourceType", error.message, "path", error.reason};
}

/// 2024-11-01, 2025-10-02-preview
bool is_api_version(std::string_view text) {
  constexpr std::string_view kForm = "0000-00-00";
  if (text.size() < kForm.size()) return false;
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    const bool is_digit = std::isdigit(static_cast<unsigned char>(text[i])) != 0;
    if (kForm[i] == '0' ? !is_digit : text[i] != '-') return false;
  }
  const std::string_view rest = text.substr(kForm.size());
  return rest.empty() || rest.starts_with('-');
}

ArmResult<void> check_api_version(const std::string& version) {
  if (version.empty()) {
    return ArmError{400, "MissingApiVersionParameter",
                    "The api-version query parameter (?api-version=) is required for all "
                    "requests.",
                    "api-version", "add ?api-version=" + std::string(default_version())};
  }
  if (is_api_version(version)) return {};
  return ArmError{400, "InvalidApiVersionParameter",
                  "The api-version '" + version + "' is invalid.", "api-version",
                  "a version is a date, such as " + std::string(default_version())};
}

/// Checks the parts that every operation needs: a version, the subscription, and the group if the
/// path continues below it.
ArmResult<void> check_request(const Services& services, const ArmPath& path,
                              const std::string& version) {
  if (const ArmResult<void> good = check_api_version(version); !good) return good;
  if (path.scope.subscription.empty()) return {};
  const Scope needed = path.rest.empty() ? Scope{path.scope.subscription} : path.scope;
  return services.store.require(needed);
}

/// The parts of a request that its operation needs.
struct RoutedRequest {
  ArmPath path;
  std::optional<ArmRouter::Found> found;
  Caller caller;  ///< filled by EntryFilter
};

void describe(http::Exchange& exchange, const http::Request& request, const RoutedRequest& routed) {
  exchange.surface = "control-plane";
  exchange.subscription = routed.path.scope.subscription;
  exchange.resource_group = routed.path.scope.group;
  exchange.api_version = request.target.query_value("api-version").value_or("");
  if (!routed.found) return;
  exchange.operation = routed.found->row.name;
  exchange.pool = routed.found->parameters["name"];
}

asio::awaitable<ArmAnswer> answer_of(const Services& services, const RoutedRequest& routed,
                                     http::Call& http) {
  const auto& [row, parameters] = *routed.found;
  if (row.name != kCloudMetadata) {
    const ArmResult<void> good = check_request(services, routed.path, http.exchange.api_version);
    if (!good) co_return good.error();
  }
  ArmCall call{services, http, routed.path.scope, parameters, routed.caller};
  co_return co_await row.operation(call);
}

asio::awaitable<http::Answer> run(const Services& services, const RoutedRequest& routed,
                                  http::Call& http) {
  http::Exchange& exchange = http.exchange;
  if (!routed.found) {
    exchange.refused_by = "router";
    co_return refusal(no_row(http.request, routed.path), exchange, services.own_headers);
  }
  ArmAnswer answer = co_await answer_of(services, routed, http);
  if (answer) {
    if (services.own_headers && !exchange.warning.empty()) {
      answer->headers.add("x-emulator-warning", http::as_header_value(exchange.warning));
    }
    co_return *std::move(answer);
  }
  exchange.refused_by = "operation";
  co_return refusal(answer.error(), exchange, services.own_headers);
}

}  // namespace

std::vector<std::string> operation_names() {
  std::vector<std::string> names;
  http::add_names(names, kTenantRows);
  http::add_names(names, kOfSubscription);
  http::add_names(names, kOfGroup);
  return names;
}

ControlPlane::ControlPlane(Services services, RequestGuard guard, std::vector<http::Filter*> outer,
                           std::vector<http::Filter*> inner)
    : services_(std::move(services)),
      guard_(std::move(guard)),
      outer_(std::move(outer)),
      inner_(std::move(inner)) {}

bool ControlPlane::has(const http::Request& request) const {
  return is_arm_path(request.target.segments);
}

asio::awaitable<http::Response> ControlPlane::handle(http::Exchange& exchange,
                                                     http::Request request,
                                                     http::BodyReader& body) {
  http::Call http{exchange, std::move(request), &body};
  const ArmPath path = split_arm_path(http.request.target.segments);
  RoutedRequest routed{path, router_for(path.scope).find(http.request.method, path.rest),
                       Caller{.arm = arm_address(http.request, services_)}};
  describe(exchange, http.request, routed);
  EntryFilter entry(services_, routed.caller);
  std::vector<http::Filter*> filters = outer_;
  filters.push_back(&guard_);
  const bool is_public = exchange.operation == kCloudMetadata && !routed.caller.arm.empty();
  if (!is_public) filters.push_back(&entry);
  filters.insert(filters.end(), inner_.begin(), inner_.end());
  const http::Endpoint endpoint = [this, &routed](http::Call& call) {
    return run(services_, routed, call);
  };
  http::Answer answer = co_await http::Next(filters, endpoint)(http);
  if (!answer) co_return refuse(exchange, answer.error());
  add_common_headers(*answer, exchange);
  co_return *std::move(answer);
}

http::Response ControlPlane::refuse(http::Exchange& exchange, const Error& error) {
  exchange.surface = "control-plane";
  http::Response response = refusal(arm_error(error), exchange, services_.own_headers);
  add_common_headers(response, exchange);
  return response;
}

/// The recorded headers except `strict-transport-security`, with which browsers would refuse all
/// http servers on localhost.
void ControlPlane::add_common_headers(http::Response& response,
                                      const http::Exchange& exchange) const {
  response.headers.add("cache-control", "no-cache");
  response.headers.add("pragma", "no-cache");
  response.headers.add("expires", "-1");
  response.headers.add("x-content-type-options", "nosniff");
  response.headers.add("x-ms-request-id", exchange.correlation_id);
  response.headers.add("x-ms-correlation-request-id", exchange.correlation_id);
}

}  // namespace dynsessions::surfaces::control_plane
