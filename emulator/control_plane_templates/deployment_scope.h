#pragma once

#include <string>

#include "emulator/control_plane_templates/member.h"

namespace dynsessions::control_plane_templates {

/// Where a template is deployed: what its functions `resourceGroup()`, `subscription()` and so on
/// return, and where resources without a scope go.
struct DeploymentScope {
  std::string subscription_id;
  std::string resource_group;       ///< name; empty: the template is deployed to the subscription
  Json resource_group_object = {};  ///< {"id", "name", "location", …}
  Json subscription_object = {};    ///< {"id", "subscriptionId", "tenantId", "displayName"}
  Json tenant_object = {};          ///< {"tenantId", …}
  Json deployment_object = {};      ///< {"name", "properties", …}

  /// "/subscriptions/…", with the resource group if there is one.
  [[nodiscard]] std::string id() const {
    const std::string subscription = "/subscriptions/" + subscription_id;
    return resource_group.empty() ? subscription
                                  : subscription + "/resourceGroups/" + resource_group;
  }
};

}  // namespace dynsessions::control_plane_templates
