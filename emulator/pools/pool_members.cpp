#include "emulator/pools/pool_members.h"

#include <algorithm>
#include <array>
#include <utility>

#include <boost/algorithm/string/case_conv.hpp>
#include <nlohmann/json.hpp>

#include "emulator/base/json_text.h"
#include "emulator/base/suggestion.h"

namespace dynsessions::pools {
namespace {

using namespace members;

constexpr std::array<const PoolMember*, 18> kMembers{
    &kName,         &kResourceGroup, &kSubscription,   &kLocation,      &kContainerType,
    &kMaxSessions,  &kReadySessions, &kCooldownPeriod, &kNetworkStatus, &kAuth,
    &kDataQuota,    &kMaxFiles,      &kTmpQuota,       &kShmQuota,      &kMemoryLimit,
    &kMaxProcesses, &kMaxOpenFiles,  &kCpuLimit};

const PoolMember* find_member(std::string_view name) {
  const auto* const found =
      std::find_if(kMembers.begin(), kMembers.end(),
                   [name](const PoolMember* member) { return member->name == name; });
  return found == kMembers.end() ? nullptr : *found;
}

std::vector<std::string_view> member_names() {
  std::vector<std::string_view> names;
  for (const PoolMember* member : kMembers) names.push_back(member->name);
  return names;
}

Error unusable(std::string_view member, const std::string& why) {
  return {ErrorCode::invalid_request, std::string(member) + ": " + why, std::string(member), {}};
}

Result<void> assign(PoolDefinition& definition, const std::string& name,
                    const nlohmann::json& value) {
  const PoolMember* const member = find_member(name);
  if (member == nullptr) {
    return unusable(name, "a pool has no such member" + did_you_mean(name, member_names()));
  }
  const bool is_scalar = value.is_string() || value.is_number() || value.is_boolean();
  const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  // An answer can be sent back, also with a value that only another interface can set.
  if (is_scalar && member->value.show(definition) == text) return {};
  if (is_scalar && member->value.assign(definition, text)) return {};
  return unusable(name, "expected " + member->value.accepted() + ", not `" + text + "`");
}

/// Returns the text as a JSON value: a number if the text is a number, otherwise a string.
nlohmann::ordered_json json_of(const std::string& text) {
  auto parsed = parse_ordered_json(text);
  return parsed.is_number() ? parsed : nlohmann::ordered_json(text);
}

}  // namespace

std::string PoolName::key() const {
  return boost::algorithm::to_lower_copy(subscription + '/' + resource_group + '/' + name);
}

std::string PoolName::path() const {
  return "/subscriptions/" + subscription + "/resourceGroups/" + resource_group + "/sessionPools/" +
         name;
}

std::string name_of(ContainerType type) {
  return value_kinds::word_for(type, members::kContainerTypes);
}

std::string name_of(NetworkStatus status) {
  return value_kinds::word_for(status, members::kNetworkStatuses);
}

std::span<const PoolMember* const> all_pool_members() { return kMembers; }

Result<PoolDefinition> with_members(PoolDefinition base, const nlohmann::json& object) {
  for (const auto& [name, value] : object.items()) {
    if (Result<void> assigned = assign(base, name, value); !assigned) return assigned.error();
  }
  if (Result<void> valid = validate(base); !valid) return valid.error();
  return base;
}

nlohmann::ordered_json to_json(const PoolDefinition& definition) {
  const auto names = {&kName, &kResourceGroup, &kSubscription, &kLocation};
  nlohmann::ordered_json object;
  for (const PoolMember* member : kMembers) {
    std::string text = member->value.show(definition);
    const bool is_name = std::find(names.begin(), names.end(), member) != names.end();
    object[std::string(member->name)] = is_name ? nlohmann::ordered_json(text) : json_of(text);
  }
  return object;
}

Result<void> check_name(const PoolName& name) {
  PoolDefinition checked;
  for (const auto& [member, text] :
       {std::pair(&kName, &name.name), std::pair(&kResourceGroup, &name.resource_group),
        std::pair(&kSubscription, &name.subscription)}) {
    if (Result<void> good = assign(checked, std::string(member->name), *text); !good) return good;
  }
  return {};
}

Result<void> validate(const PoolDefinition& definition) {
  if (definition.ready_sessions <= definition.max_sessions) return {};
  return unusable(members::kReadySessions.name,
                  std::to_string(definition.ready_sessions) + " is more than the " +
                      std::to_string(definition.max_sessions) +
                      " of maxSessions: the others would never become sessions");
}

}  // namespace dynsessions::pools
