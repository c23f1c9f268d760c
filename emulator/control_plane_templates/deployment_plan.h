#pragma once

#include <set>
#include <string>
#include <vector>

#include "emulator/control_plane_templates/deployment_scope.h"
#include "emulator/control_plane_templates/evaluator.h"
#include "emulator/control_plane_templates/planned_resource.h"
#include "emulator/control_plane_templates/template_error.h"

namespace dynsessions::control_plane_templates {

/// A struct, because a JSON value would implicitly convert to an error.
struct Evaluated {
  Json json;
};

/// The plan of a template: resources in the order of their PUTs, and outputs.
///
///     auto plan = DeploymentPlan::make(scope, template, parameters);
///     for each resource: body = plan->body_of(resource, answers of plan's references), PUT
///     plan->outputs(answers)
///
/// No sockets, no server state. Work is bounded (limits.h) to about a tenth of a second, so call it
/// on a file thread. Supports the templates that az, Bicep and the SDKs send. User-defined
/// functions and types, key vault references and linked templates are refused by name.
class DeploymentPlan {
 public:
  /// `parameters` is {"name":{"value":…}}. Finds every mistake that can be found without the
  /// resources.
  [[nodiscard]] static Checked<DeploymentPlan> make(DeploymentScope scope, const Json& source,
                                                    const Json& parameters);

  /// Includes resources that exist and those whose condition does not hold.
  [[nodiscard]] const std::vector<PlannedResource>& resources() const { return resources_; }
  /// {"name":{"type":"String","value":…}}, without values of secure types.
  [[nodiscard]] const Json& parameters() const { return parameters_; }
  /// Ids, in lower case, that the outputs read.
  [[nodiscard]] const std::set<std::string>& output_references() const {
    return output_references_;
  }

  /// The body of the resource's PUT. `references` contains those of the resource's `references`
  /// that exist.
  [[nodiscard]] Checked<Evaluated> body_of(const PlannedResource& resource,
                                           const References& references);
  /// {"name":{"type":"String","value":…}}
  [[nodiscard]] Checked<Evaluated> outputs(const References& references);

 private:
  DeploymentPlan(DeploymentScope scope, const Json& source, const Json& parameters);

  void plan_resources(const Json& resources);
  [[nodiscard]] Json evaluate_body(const PlannedResource& resource);
  void plan_outputs(const Json& outputs);
  [[nodiscard]] Json evaluate_outputs();

  Evaluator evaluator_;
  std::vector<PlannedResource> resources_;
  Json parameters_ = Json::object();
  Json outputs_ = Json::object();  ///< not evaluated
  std::set<std::string> output_references_;
};

}  // namespace dynsessions::control_plane_templates
