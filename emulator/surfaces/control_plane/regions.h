#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace dynsessions::surfaces::control_plane {

/// Display names of the regions in which the provider offers session pools, in its own order
/// (recorded on 5 November 2025): "North Central US (Stage)", …
[[nodiscard]] std::span<const std::string_view> regions();

/// "northcentralusstage" of "North Central US (Stage)": the form in which names of regions are
/// compared.
[[nodiscard]] std::string region_name(std::string_view text);

/// The display name of a region, given in either form; nullopt if session pools are not offered
/// there.
[[nodiscard]] std::optional<std::string_view> region_display_name(std::string_view text);

}  // namespace dynsessions::surfaces::control_plane
