#include "emulator/control_plane_templates/resource_order.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "emulator/control_plane_templates/resource_id.h"
#include "emulator/control_plane_templates/template_error.h"

namespace dynsessions::control_plane_templates {
namespace {

using Positions = std::set<std::size_t>;

/// Maps every name that `dependsOn` can contain to the positions of its resources. Names are ids,
/// ids without scope, names, symbols, and names of loops, which stand for all their resources.
class NameIndex {
 public:
  explicit NameIndex(const std::vector<PlannedResource>& resources) {
    std::set<std::string> ids;
    for (std::size_t at = 0; at < resources.size(); ++at) {
      const PlannedResource& resource = resources[at];
      if (!ids.insert(lower(resource.id)).second) {
        throw TemplateProblem("The resource '" + resource.id +
                              "' is defined multiple times in a template. Please see "
                              "https://aka.ms/arm-syntax-resources for usage details");
      }
      const std::string symbol_of_loop = resource.symbol.substr(0, resource.symbol.find('['));
      for (const std::string& name :
           {resource.id, relative_id_of(resource.type, resource.name), resource.name,
            resource.symbol, symbol_of_loop, resource.loop}) {
        if (!name.empty()) positions_[lower(name)].insert(at);
      }
    }
  }

  /// Returns no positions if the template has no such resource.
  [[nodiscard]] const Positions& find(const std::string& name) const {
    static const Positions kNone;
    const auto found = positions_.find(lower(name));
    return found == positions_.end() ? kNone : found->second;
  }

 private:
  std::map<std::string, Positions> positions_;
};

/// For each resource the positions of those that come first.
std::vector<Positions> dependencies_of(const std::vector<PlannedResource>& resources) {
  const NameIndex index(resources);
  std::vector<Positions> dependencies;
  for (const PlannedResource& resource : resources) {
    Positions& positions = dependencies.emplace_back();
    for (const std::string& name :
         std::set<std::string>(resource.depends_on.begin(), resource.depends_on.end())) {
      const Positions& found = index.find(name);
      if (found.empty()) {
        throw TemplateProblem("The resource '" + name + "', on which '" + resource.id +
                              "' depends, is not defined in the template. Please see "
                              "https://aka.ms/arm-syntax for usage details");
      }
      positions.insert(found.begin(), found.end());
    }
    for (const std::string& id : resource.references) {
      const Positions& found = index.find(id);
      positions.insert(found.begin(), found.end());
    }
  }
  return dependencies;
}

/// `left` contains the positions that remain; each of them depends on another one.
[[noreturn]] void refuse_circle(const std::vector<PlannedResource>& resources,
                                const std::vector<Positions>& dependencies, const Positions& left) {
  std::vector<std::size_t> path;
  Positions seen;
  std::size_t at = *left.begin();
  while (seen.insert(at).second) {
    path.push_back(at);
    for (const std::size_t next : dependencies[at]) {
      if (left.count(next) != 0) {
        at = next;
        break;
      }
    }
  }
  std::string circle;
  bool is_in_circle = false;
  for (const std::size_t position : path) {
    is_in_circle = is_in_circle || position == at;
    if (is_in_circle) circle += "'" + resources[position].id + "' depends on ";
  }
  throw TemplateProblem("Circular dependency detected on resource: " + circle + "'" +
                        resources[at].id +
                        "'. Please see https://aka.ms/arm-syntax-resources for usage details");
}

}  // namespace

std::vector<PlannedResource> ordered(std::vector<PlannedResource> resources) {
  const std::vector<Positions> dependencies = dependencies_of(resources);
  std::vector<std::size_t> open(resources.size());  // dependencies that are not placed yet
  std::vector<Positions> followers(resources.size());
  Positions left;
  Positions ready;
  for (std::size_t at = 0; at < resources.size(); ++at) {
    left.insert(at);
    open[at] = dependencies[at].size();
    if (open[at] == 0) ready.insert(at);
    for (const std::size_t first : dependencies[at]) followers[first].insert(at);
  }
  std::vector<PlannedResource> placed;
  while (!ready.empty()) {
    const std::size_t at = *ready.begin();
    ready.erase(ready.begin());
    left.erase(at);
    for (const std::size_t follower : followers[at]) {
      if (--open[follower] == 0) ready.insert(follower);
    }
    placed.push_back(std::move(resources[at]));
  }
  if (!left.empty()) refuse_circle(resources, dependencies, left);
  return placed;
}

}  // namespace dynsessions::control_plane_templates
