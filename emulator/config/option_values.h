#pragma once

#include <string>
#include <string_view>

#include "emulator/base/value_kind.h"
#include "emulator/config/options.h"
#include "emulator/pools/pool_members.h"

/// How the kinds of value of one part of Config become kinds of Config: `kOf<kNumber<…>>` for a
/// member of any part, `kOfPool<…>` for a member of the default pool.
namespace dynsessions::config {

template <typename Part>
inline constexpr auto kPart = nullptr;
template <>
inline constexpr auto kPart<ServerOptions> = &Config::server;
template <>
inline constexpr auto kPart<HostOptions> = &Config::host;
template <>
inline constexpr auto kPart<auth::IdentitySettings> = &Config::identity;
template <>
inline constexpr auto kPart<contract::ContractOptions> = &Config::contract;

template <typename Part>
constexpr auto part_of(const ValueKind<Part>&) {
  return kPart<Part>;
}

template <const auto& kKind>
inline constexpr ValueKind<Config> kOf = value_kinds::kInPart<part_of(kKind), kKind>;

template <const pools::PoolMember& kMember>
inline constexpr ValueKind<Config> kOfPool{
    [](Config& config, std::string_view text) { return kMember.value.assign(config.pool, text); },
    [](const Config& config) { return kMember.value.show(config.pool); },
    [] { return kMember.value.accepted(); }, kMember.value.repeatable};

[[nodiscard]] bool is_address(std::string_view text);
inline constexpr char kAnIpAddress[] = "an IP address";
template <auto Member>
inline constexpr ValueKind<value_kinds::OwnerOf<Member>> kIpAddress =
    value_kinds::kText<Member, is_address, kAnIpAddress>;

}  // namespace dynsessions::config
