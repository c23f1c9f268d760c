#pragma once

#include <set>
#include <string>
#include <vector>

#include "emulator/control_plane_templates/evaluator.h"

namespace dynsessions::control_plane_templates {

/// One resource that a template puts, or only names because it exists.
struct PlannedResource {
  std::string id;
  std::string type;
  std::string name;  ///< "pool", "parent/child"
  std::string api_version;
  bool is_existing = false;  ///< only named
  bool is_deployed = true;   ///< false: its condition does not hold
  /// The body of its PUT. Evaluated if it needs no other resource (`references` is empty);
  /// otherwise DeploymentPlan::body_of() evaluates it.
  Json body = Json::object();
  std::set<std::string> references = {};  ///< ids, in lower case, that its body reads

  // Members for the order of resources and for later evaluation.
  std::string symbol = {};  ///< its key where `resources` is an object
  std::string loop = {};    ///< name of the copy loop that made it
  std::vector<std::string> depends_on = {};
  Iterations iterations = {};
};

}  // namespace dynsessions::control_plane_templates
