#include "emulator/surfaces/control_plane/arm_error.h"

#include <stdexcept>
#include <string_view>

/// Texts and codes are ARM's conventions, as api-spec/CONTROL-PLANE.md section 1.5 lists them; only
/// the 403 and the 409 of role assignments were recorded.
namespace dynsessions::surfaces::control_plane {
namespace {

struct Words {
  unsigned status;
  std::string_view code;
};

/// Status and code for the errors that operations of this surface return; other errors are bugs.
Words words_for(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_request:
      return {400, "InvalidRequestContent"};
    case ErrorCode::unauthenticated:
      return {401, "InvalidAuthenticationToken"};
    case ErrorCode::permission_denied:
      return {403, "AuthorizationFailed"};
    case ErrorCode::host_not_allowed:
      return {421, "HostNotAllowed"};
    case ErrorCode::origin_not_allowed:
      return {403, "OriginNotAllowed"};
    case ErrorCode::route_not_found:
      return {404, "InvalidResourceType"};
    case ErrorCode::payload_too_large:
      return {413, "RequestContentTooLarge"};
    case ErrorCode::pool_exhausted:
      return {409, "QuotaExceeded"};
    case ErrorCode::pool_not_found:
      return {404, "ResourceNotFound"};
    case ErrorCode::conflict:
      return {409, "Conflict"};
    case ErrorCode::shutting_down:
      return {503, "ServiceUnavailable"};
    default:
      return {500, "InternalServerError"};
  }
}

}  // namespace

void throw_exception_from_error(const ArmError& error, const boost::source_location&) {
  throw std::logic_error("unchecked ARM error: " + error.message);
}

ArmError arm_error(const Error& error) {
  const auto [status, code] = words_for(error.code);
  return {status, std::string(code), error.message, error.target, error.reason};
}

ArmError invalid_content(const std::string& why, std::string target) {
  return {400, "InvalidRequestContent",
          "The request content was invalid and could not be deserialized: '" + why + "'.",
          std::move(target)};
}

ArmError resource_not_found(const std::string& type_and_name, const std::string& group) {
  return {404, "ResourceNotFound",
          "The Resource '" + type_and_name + "' under resource group '" + group +
              "' was not found. For more details please go to "
              "https://aka.ms/ARMResourceNotFoundFix"};
}

ArmError resource_group_not_found(const std::string& group) {
  return {404,
          "ResourceGroupNotFound",
          "Resource group '" + group + "' could not be found.",
          {},
          "create it first, or start the server with --resource-group " + group};
}

ArmError subscription_not_found(const std::string& subscription, const std::string& known) {
  return {404,
          "SubscriptionNotFound",
          "The subscription '" + subscription + "' could not be found.",
          {},
          "this server has the subscription " + known + "; --subscription chooses another"};
}

ArmError unknown_type(const std::string& type) {
  const std::size_t slash = type.find('/');
  return {404,
          "InvalidResourceType",
          "The resource type '" + (slash == type.npos ? type : type.substr(slash + 1)) +
              "' could not be found in the namespace '" + type.substr(0, slash) + "'.",
          {},
          "the emulator has Microsoft.App/sessionPools, resource groups, role assignments and "
          "deployments only"};
}

ArmError conflict(std::string message, std::string reason) {
  return {409, "Conflict", std::move(message), {}, std::move(reason)};
}

}  // namespace dynsessions::surfaces::control_plane
