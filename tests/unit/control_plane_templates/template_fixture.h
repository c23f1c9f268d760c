#pragma once

#include <string>

#include "emulator/control_plane_templates/deployment_plan.h"
#include "tests/support/catch.h"

/// As that of Result in catch.h.
template <typename T>
struct Catch::StringMaker<dynsessions::control_plane_templates::Checked<T>> {
  static std::string convert(const dynsessions::control_plane_templates::Checked<T>& result) {
    return result.has_error() ? "error: " + result.error().message : "a value";
  }
};

namespace dynsessions::control_plane_templates {

inline constexpr const char* kPoolType = "Microsoft.App/sessionPools";
/// In front of the names of pools of the test scope.
inline constexpr const char* kPools =
    "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg1/providers/"
    "Microsoft.App/sessionPools/";

/// Resource group `rg1` in `westeurope`, deployment `main`.
[[nodiscard]] DeploymentScope group_scope();
[[nodiscard]] DeploymentScope subscription_scope();

/// A template with the members of `parts`, such as {"resources": […]}, and those that each needs.
[[nodiscard]] Json template_of(Json parts);
/// A pool with only what each needs; `more` adds members.
[[nodiscard]] Json pool(const std::string& name, const Json& more = Json::object());

[[nodiscard]] Checked<DeploymentPlan> plan_of(const Json& parts,
                                              const Json& parameters = Json::object());
/// The message of the refusal; empty if the template is accepted.
[[nodiscard]] std::string refusal_of(const Json& parts, const Json& parameters = Json::object());

/// The value of an expression, such as "concat('a', 'b')", as the output of a template.
[[nodiscard]] Json value_of(const std::string& expression, const Json& parts = Json::object());
/// The message with which a template with that expression is refused.
[[nodiscard]] std::string refusal_of_expression(const std::string& expression);

}  // namespace dynsessions::control_plane_templates
