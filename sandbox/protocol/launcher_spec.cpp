#include "sandbox/protocol/launcher_spec.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace dynsessions::sandbox {

namespace {

constexpr Tier kTiers[] = {Tier::full, Tier::restricted, Tier::insecure};

}  // namespace

// The library's macro for enumerations is not used, because it reads any unknown word as the first
// value.
void to_json(nlohmann::json& json, Tier tier) { json = name_of(tier); }
void from_json(const nlohmann::json& json, Tier& tier) {
  const auto* const found = std::find_if(std::begin(kTiers), std::end(kTiers),
                                         [&](Tier known) { return json == name_of(known); });
  if (found == std::end(kTiers)) throw std::runtime_error("launcher spec: unknown tier");
  tier = *found;
}

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(LauncherSpec, tier, cgroups, zygote_idle_seconds)

std::string name_of(Tier tier) {
  switch (tier) {
    case Tier::full:
      return "full";
    case Tier::restricted:
      return "restricted";
    case Tier::insecure:
      return "insecure";
  }
  return {};
}

std::string to_json(const LauncherSpec& spec) { return nlohmann::json(spec).dump(); }

LauncherSpec launcher_spec_from_json(const std::string& text) {
  try {
    return nlohmann::json::parse(text).get<LauncherSpec>();
  } catch (const nlohmann::json::exception& error) {
    throw std::runtime_error(std::string("launcher spec: ") + error.what());
  }
}

}  // namespace dynsessions::sandbox
