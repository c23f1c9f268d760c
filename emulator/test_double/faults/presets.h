#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace dynsessions::test_double {

/// Effects by the name of what the service was seen to do, or does in an outage.
struct FaultPreset {
  std::string_view name;
  std::string_view effect;  ///< JSON
};

/// nullptr if there is none of that name.
[[nodiscard]] const FaultPreset* find_preset(std::string_view name);

/// "throttled, pool-full, …"
[[nodiscard]] std::string preset_names();

}  // namespace dynsessions::test_double
