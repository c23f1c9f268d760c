#pragma once

#include <optional>
#include <string>
#include <vector>

#include "emulator/app/tier_choice.h"
#include "emulator/config/config.h"
#include "emulator/surfaces/data_plane/data_plane.h"
#include "emulator/test_double/faults/fault_book.h"

/// Settings of the surfaces, made from the configuration.
namespace dynsessions {

/// Hosts that requests can name. The address in the printed endpoint is always one of them.
[[nodiscard]] std::vector<std::string> allowed_hosts(const config::Config& config);

/// The references outlive the data plane.
[[nodiscard]] surfaces::data_plane::DataPlaneSettings data_plane_settings(
    const config::Config& config, const std::optional<TierChoice>& tier, auth::SigningKeys& keys,
    const pools::PoolRoles& roles, http::Filter& journal, http::Filter& faults);

/// The operations that fault rules can name.
[[nodiscard]] test_double::FaultContext fault_context();

/// The token that the admin API demands; empty: none.
[[nodiscard]] std::string admin_token_for(const config::ServerOptions& server);

}  // namespace dynsessions
