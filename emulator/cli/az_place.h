#pragma once

#include "emulator/cli/command.h"
#include "emulator/client_environment/variables.h"

namespace dynsessions::cli {

inline constexpr std::string_view kAzPlaces[] = {"last", "first", "off"};
inline constexpr Flag kAzStandInFlag{
    "--az-stand-in", "PLACE",
    "Where the stand-in for az goes in PATH: last, so that an installed az wins; first; off.",
    kAzPlaces};

/// The directory of the stand-in for the Azure CLI, which is next to this program, and the place in
/// PATH that --az-stand-in names.
[[nodiscard]] client_environment::AzStandIn az_stand_in_of(const Invocation& call);

}  // namespace dynsessions::cli
