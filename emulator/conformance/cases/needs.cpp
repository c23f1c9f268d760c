#include "emulator/conformance/cases/needs.h"

#include <algorithm>
#include <utility>

#include "emulator/conformance/cases/case.h"

namespace dynsessions::conformance {

std::string describe(const Needs& needs) {
  std::string text;
  for (const auto& [option, value] : needs) {
    text += (text.empty() ? "--" : " --") + option + "=" + value;
  }
  return text;
}

std::vector<ServerGroup> grouped(std::vector<Case> cases) {
  std::stable_partition(cases.begin(), cases.end(), [](const Case& one) {
    return one.plane == Plane::data && one.needs.empty();
  });
  std::vector<ServerGroup> groups;
  for (Case& one : cases) {
    const auto fits = [&](const ServerGroup& group) {
      return group.plane == one.plane && group.needs == one.needs;
    };
    auto found = std::find_if(groups.begin(), groups.end(), fits);
    if (found == groups.end()) found = groups.insert(groups.end(), {one.plane, one.needs, {}});
    found->cases.push_back(std::move(one));
  }
  return groups;
}

}  // namespace dynsessions::conformance
