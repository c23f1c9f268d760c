#include "emulator/test_double/faults/presets.h"

#include <algorithm>
#include <array>

namespace dynsessions::test_double {
namespace {

/// `azure-2026-08` is the latency that a client measured in August 2026: 0.33 s for a reused
/// session, of which 13 ms are the program's. The statuses of `throttled` and `region-outage` are
/// known; their texts are guesses.
constexpr std::array kPresets{
    FaultPreset{"throttled",
                R"({"status":429,"code":"TooManyRequests","message":"Too many requests.",)"
                R"("headers":{"Retry-After":"1"}})"},
    FaultPreset{"pool-full", R"({"pool-full":true})"},
    FaultPreset{"allocation-failed", R"({"allocation-failed":{"status":500}})"},
    FaultPreset{"cold-start", R"({"slow-allocation":{"seconds":4}})"},
    FaultPreset{"kernel-restarted", R"({"kill-kernel":{"when":"during"}})"},
    FaultPreset{"azure-2026-08", R"({"delay":{"medianSeconds":0.32,"sigma":0.1}})"},
    FaultPreset{"region-outage", R"({"status":503,"code":"ServiceUnavailable",)"
                                 R"("message":"The service is unavailable."})"},
};

}  // namespace

const FaultPreset* find_preset(std::string_view name) {
  const auto* const found =
      std::find_if(kPresets.begin(), kPresets.end(),
                   [name](const FaultPreset& preset) { return preset.name == name; });
  return found == kPresets.end() ? nullptr : found;
}

std::string preset_names() {
  std::string names;
  for (const FaultPreset& preset : kPresets) {
    names.append(names.empty() ? "" : ", ").append(preset.name);
  }
  return names;
}

}  // namespace dynsessions::test_double
