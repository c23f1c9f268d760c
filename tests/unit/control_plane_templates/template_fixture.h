#pragma once

#include <string>

#include "emulator/control_plane_templates/deployment_plan.h"
#include "tests/support/catch.h"

/// Lets CHECK and REQUIRE take a Checked, like the function for Result in catch.h.
template <typename T>
struct Catch::StringMaker<dynsessions::control_plane_templates::Checked<T>> {
  static std::string convert(const dynsessions::control_plane_templates::Checked<T>& result) {
    return result.has_error() ? "error: " + result.error().message : "a value";
  }
};

namespace dynsessions::control_plane_templates {

inline constexpr const char* kPoolType = "Microsoft.App/sessionPools";
/// The part of a pool's id before its name, in the scope of the tests.
inline constexpr const char* kPools =
    "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg1/providers/"
    "Microsoft.App/sessionPools/";

/// Resource group `rg1` in `westeurope`, deployment `main`.
[[nodiscard]] DeploymentScope group_scope();
[[nodiscard]] DeploymentScope subscription_scope();

/// A template with the members of `parts`, such as {"resources": […]}, and all required members.
[[nodiscard]] Json template_of(Json parts);
/// A pool with only the required members; `more` adds members.
[[nodiscard]] Json pool(const std::string& name, const Json& more = Json::object());

[[nodiscard]] Checked<DeploymentPlan> plan_of(const Json& parts,
                                              const Json& parameters = Json::object());
/// The message of the refusal; empty if the template is accepted.
[[nodiscard]] std::string refusal_of(const Json& parts, const Json& parameters = Json::object());

/// The value of an expression, such as "concat('a', 'b')", as the output of a template.
[[nodiscard]] Json value_of(const std::string& expression, const Json& parts = Json::object());
/// The message of the refusal of a template with that expression.
[[nodiscard]] std::string refusal_of_expression(const std::string& expression);

}  // namespace dynsessions::control_plane_templates
