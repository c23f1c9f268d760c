#include "emulator/surfaces/control_plane/deployments/deployment_request.h"

#include <algorithm>
#include <cctype>
#include <optional>

#include "emulator/control_plane_templates/template_text.h"
#include "emulator/http/text.h"
#include "emulator/surfaces/control_plane/arm_object.h"
#include "emulator/surfaces/control_plane/tags.h"

namespace dynsessions::surfaces::control_plane {

using control_plane_templates::parse_deployment_body;
using control_plane_templates::parse_template_text;
using nlohmann::json;

namespace {

ArmError not_supported(const std::string& what, std::string target, std::string reason) {
  return {400, "NotSupported", what, std::move(target), std::move(reason)};
}

/// The template, which some clients send as a text.
ArmResult<void> read_template(const ArmObject& properties, DeploymentRequest& request) {
  for (const char* link : {"templateLink", "parametersLink"}) {
    if (properties.find(link) == nullptr) continue;
    return not_supported("The emulator does not follow links to templates.",
                         properties.path_of(link), "send the template in properties.template");
  }
  const json* const source = properties.find("template");
  if (source == nullptr) {
    return invalid_content("Required property 'template' not found in JSON. Path 'properties'",
                           "properties.template");
  }
  if (!source->is_string()) {
    request.source = *source;
    return {};
  }
  auto parsed = parse_template_text(source->get_ref<const std::string&>());
  if (!parsed) {
    return invalid_content("properties.template is a text that is not JSON", "properties.template");
  }
  request.source = *std::move(parsed);
  return {};
}

ArmResult<void> check_mode(const ArmObject& properties) {
  const auto mode = properties.text("mode");
  if (!mode) {
    return invalid_content("Required property 'mode' not found in JSON. Path 'properties'",
                           "properties.mode");
  }
  if (http::iequals(*mode, "Incremental")) return {};
  if (!http::iequals(*mode, "Complete")) {
    return invalid_content("properties.mode is 'Incremental' or 'Complete', not '" + *mode + "'",
                           "properties.mode");
  }
  return not_supported(
      "The deployment mode 'Complete' is not emulated.", "properties.mode",
      "it deletes resources that the template does not have; use 'Incremental' and delete "
      "by name");
}

void read_tags(const ArmObject& body, DeploymentRequest& request) {
  const json* const tags = body.find("tags");
  if (tags == nullptr) return;
  if (!tags->is_object()) return body.fail("tags", "expected an object of texts");
  for (const auto& [name, value] : tags->items()) {
    if (!value.is_string()) return body.fail("tags", "expected an object of texts");
    request.tags[name] = value.get<std::string>();
  }
  check_tags(body, request.tags);
}

}  // namespace

ArmResult<DeploymentRequest> read_deployment(const json& body, const Scope& scope) {
  if (!body.is_object()) return invalid_content("expected an object with 'properties'");
  std::optional<ArmError> error;
  const ArmObject whole(&body, "", error);
  if (whole.find("properties") == nullptr) {
    return invalid_content("Required property 'properties' not found in JSON", "properties");
  }
  const ArmObject properties = whole.object("properties");
  DeploymentRequest request;
  request.location = whole.text("location").value_or("");
  read_tags(whole, request);
  if (error) return *error;
  if (scope.group.empty() && request.location.empty()) {
    return ArmError{400, "InvalidDeployment",
                    "The 'location' property must be specified for a deployment to a subscription. "
                    "Please see https://aka.ms/deploy-to-subscription for usage details.",
                    "location"};
  }
  const ArmResult<void> mode = check_mode(properties);
  if (error) return *error;
  if (!mode) return mode.error();
  if (const ArmResult<void> read = read_template(properties, request); !read) return read.error();
  if (const json* const parameters = properties.find("parameters")) {
    request.parameters = *parameters;
  }
  return request;
}

ArmResult<DeploymentRequest> parse_deployment(std::string_view text, const Scope& scope) {
  const auto body = parse_deployment_body(text);
  if (body) return read_deployment(*body, scope);
  return invalid_content("the body is not JSON: " +
                         control_plane_templates::why_no_deployment_body(text));
}

ArmResult<void> check_deployment_name(const std::string& name) {
  constexpr std::size_t kLongest = 64;
  const bool is_good = !name.empty() && name.size() <= kLongest &&
                       std::all_of(name.begin(), name.end(), [](char character) {
                         const auto code = static_cast<unsigned char>(character);
                         return (code < 128 && std::isalnum(code) != 0) ||
                                std::string_view("-_.()").find(character) != std::string_view::npos;
                       });
  if (is_good) return {};
  return ArmError{400, "InvalidDeploymentName",
                  "The deployment name '" + name +
                      "' is invalid. It has 1 to 64 letters, digits, '-', '_', '.', '(' and ')'.",
                  "deploymentName"};
}

}  // namespace dynsessions::surfaces::control_plane
