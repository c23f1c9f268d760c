#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "emulator/base/result.h"
#include "emulator/base/value_kind.h"
#include "emulator/pools/pool_definition.h"

/// The members of a pool definition by their names in JSON, and the one validation of them. Config
/// file, command-line options, admin API and ARM all assign through this table.
namespace dynsessions::pools {

struct PoolMember {
  std::string_view name;  ///< "maxSessions"
  ValueKind<PoolDefinition> value;
};

namespace members {

inline constexpr value_kinds::Words<ContainerType, 2> kContainerTypes{
    {{"PythonLTS", ContainerType::python_lts},
     {"CustomContainer", ContainerType::custom_container}}};
/// Types that need nothing but the members of this table; only ARM can declare the other one.
inline constexpr value_kinds::Words<ContainerType, 1> kPlainContainerTypes{
    {{"PythonLTS", ContainerType::python_lts}}};
inline constexpr ValueKind<PoolDefinition> kContainerTypeText{
    [](PoolDefinition& pool, std::string_view text) {
      return value_kinds::assign_if(pool.container_type,
                                    value_kinds::meaning_of(text, kPlainContainerTypes));
    },
    [](const PoolDefinition& pool) {
      return value_kinds::word_for(pool.container_type, kContainerTypes);
    },
    [] { return value_kinds::all_words(kPlainContainerTypes); }};
inline constexpr value_kinds::Words<NetworkStatus, 2> kNetworkStatuses{
    {{"EgressDisabled", NetworkStatus::egress_disabled},
     {"EgressEnabled", NetworkStatus::egress_enabled}}};
inline constexpr value_kinds::Words<auth::TokenRule, 3> kTokenRules{
    {{"any", auth::TokenRule::any},
     {"claims", auth::TokenRule::claims},
     {"off", auth::TokenRule::off}}};

inline constexpr ValueKind<PoolName> kNameText = value_kinds::kPathSegment<&PoolName::name>;
inline constexpr ValueKind<PoolName> kGroupText =
    value_kinds::kPathSegment<&PoolName::resource_group>;
inline constexpr ValueKind<PoolName> kSubscriptionText =
    value_kinds::kPathSegment<&PoolName::subscription>;

inline constexpr PoolMember kName{"name", value_kinds::kInPart<&PoolDefinition::id, kNameText>};
inline constexpr PoolMember kResourceGroup{"resourceGroup",
                                           value_kinds::kInPart<&PoolDefinition::id, kGroupText>};
inline constexpr PoolMember kSubscription{
    "subscription", value_kinds::kInPart<&PoolDefinition::id, kSubscriptionText>};
inline constexpr PoolMember kLocation{"location",
                                      value_kinds::kPathSegment<&PoolDefinition::location>};
inline constexpr PoolMember kContainerType{"containerType", kContainerTypeText};
inline constexpr PoolMember kMaxSessions{
    "maxSessions", value_kinds::kNumber<&PoolDefinition::max_sessions, 1, 100'000>};
inline constexpr PoolMember kReadySessions{
    "readySessions", value_kinds::kNumber<&PoolDefinition::ready_sessions, 0, 10'000>};
inline constexpr PoolMember kCooldownPeriod{
    "cooldownPeriod", value_kinds::kNumber<&PoolDefinition::cooldown_period, 1, 31'536'000>};
inline constexpr PoolMember kNetworkStatus{
    "networkStatus", value_kinds::kChoice<&PoolDefinition::network_status, kNetworkStatuses>};
inline constexpr PoolMember kAuth{"auth", value_kinds::kChoice<&PoolDefinition::auth, kTokenRules>};
inline constexpr PoolMember kDataQuota{
    "dataQuotaMb", value_kinds::kNumber<&PoolDefinition::data_quota_mb, 1, 1'048'576>};
inline constexpr PoolMember kMaxFiles{
    "maxFiles", value_kinds::kNumber<&PoolDefinition::max_files, 16, 100'000'000>};
inline constexpr PoolMember kTmpQuota{
    "tmpQuotaMb", value_kinds::kNumber<&PoolDefinition::tmp_quota_mb, 1, 1'048'576>};
inline constexpr PoolMember kShmQuota{
    "shmQuotaMb", value_kinds::kNumber<&PoolDefinition::shm_quota_mb, 1, 1'048'576>};
inline constexpr PoolMember kMemoryLimit{
    "memoryLimitMb", value_kinds::kNumber<&PoolDefinition::memory_limit_mb, 64, 1'048'576>};
inline constexpr PoolMember kMaxProcesses{
    "maxProcesses", value_kinds::kNumber<&PoolDefinition::max_processes, 8, 32'768>};
inline constexpr PoolMember kMaxOpenFiles{
    "maxOpenFiles", value_kinds::kNumber<&PoolDefinition::max_open_files, 64, 1'048'576>};
inline constexpr PoolMember kCpuLimit{
    "cpuLimit", value_kinds::kHundredths<&PoolDefinition::cpu_hundredths, 5, 102'400>};

}  // namespace members

[[nodiscard]] std::span<const PoolMember* const> all_pool_members();

/// Returns `base` with the members of the JSON object. Numbers can be texts, as in Azure. Returns
/// `invalid_request` with the member in `target` for an unknown member, a value that is not
/// accepted, or members that contradict each other (validate()).
[[nodiscard]] Result<PoolDefinition> with_members(PoolDefinition base,
                                                  const nlohmann::json& object);

/// Every member, in the order of the table.
[[nodiscard]] nlohmann::ordered_json to_json(const PoolDefinition& definition);

/// `invalid_request` with the member in `target` if a part of the name cannot be declared. (The
/// data plane takes any name on first use.)
[[nodiscard]] Result<void> check_name(const PoolName& name);

/// `invalid_request` with the member in `target` if members contradict each other.
[[nodiscard]] Result<void> validate(const PoolDefinition& definition);

}  // namespace dynsessions::pools
