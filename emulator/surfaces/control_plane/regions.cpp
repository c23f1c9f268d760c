#include "emulator/surfaces/control_plane/regions.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace dynsessions::surfaces::control_plane {
namespace {

constexpr std::array<std::string_view, 31> kRegions{"North Central US (Stage)",
                                                    "West US 2",
                                                    "North Europe",
                                                    "East US",
                                                    "East Asia",
                                                    "North Central US",
                                                    "Germany West Central",
                                                    "Poland Central",
                                                    "Italy North",
                                                    "Switzerland North",
                                                    "Sweden Central",
                                                    "Norway East",
                                                    "Japan East",
                                                    "Australia East",
                                                    "West Central US",
                                                    "East US 2",
                                                    "West US",
                                                    "Brazil South",
                                                    "Canada East",
                                                    "France Central",
                                                    "Korea Central",
                                                    "South Africa North",
                                                    "South Central US",
                                                    "South India",
                                                    "UAE North",
                                                    "UK South",
                                                    "West Europe",
                                                    "West US 3",
                                                    "Canada Central",
                                                    "Central US EUAP",
                                                    "East US 2 EUAP"};

}  // namespace

std::span<const std::string_view> regions() { return kRegions; }

std::string region_name(std::string_view text) {
  std::string name;
  for (const char c : text) {
    if (c == ' ' || c == '(' || c == ')') continue;
    name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return name;
}

std::optional<std::string_view> region_display_name(std::string_view text) {
  const std::string name = region_name(text);
  const auto* const found =
      std::find_if(kRegions.begin(), kRegions.end(),
                   [&name](std::string_view region) { return region_name(region) == name; });
  if (found == kRegions.end()) return std::nullopt;
  return *found;
}

}  // namespace dynsessions::surfaces::control_plane
