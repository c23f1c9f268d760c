#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace dynsessions::test_double {

/// Effects with names, for failures of the service that were observed or that occur in an outage.
struct FaultPreset {
  std::string_view name;
  std::string_view effect;  ///< JSON
};

/// nullptr if there is none of that name.
[[nodiscard]] const FaultPreset* find_preset(std::string_view name);

/// "throttled, pool-full, …"
[[nodiscard]] std::string preset_names();

}  // namespace dynsessions::test_double
