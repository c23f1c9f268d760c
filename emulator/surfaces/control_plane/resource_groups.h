#pragma once

#include <map>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "emulator/surfaces/control_plane/pool_json.h"
#include "emulator/surfaces/control_plane/resource_id.h"

namespace dynsessions::surfaces::control_plane {

/// The resource groups that were created. Event-loop thread only.
class ResourceGroups {
 public:
  static constexpr std::size_t kMost = 980;  ///< Azure's limit of a subscription

  struct Written {
    Resource resource;
    bool is_new = false;
  };
  /// Performs PUT and PATCH. `home` is the location of groups that exist without having been
  /// created.
  [[nodiscard]] ArmResult<Written> write(const Scope& scope, const nlohmann::json& body,
                                         const std::string& home, bool is_patch);
  [[nodiscard]] ArmResult<void> check(const Scope& scope, const nlohmann::json& body) const;

  [[nodiscard]] bool has(const Scope& scope) const { return groups_.count(scope.key()) > 0; }
  void remove(const Scope& scope) { groups_.erase(scope.key()); }
  [[nodiscard]] std::vector<Scope> in(const std::string& subscription) const;

  /// A group; one that was not created is shown with the location `home`.
  [[nodiscard]] Resource show(const Scope& scope, const std::string& home) const;

 private:
  struct Group {
    Scope scope;
    std::string location;
    std::map<std::string, std::string> tags = {};
  };
  [[nodiscard]] ArmResult<Group> wanted(const Scope& scope, const nlohmann::json& body,
                                        const std::string& home, bool is_patch) const;

  std::map<std::string, Group> groups_;  ///< keyed by Scope::key()
};

}  // namespace dynsessions::surfaces::control_plane
