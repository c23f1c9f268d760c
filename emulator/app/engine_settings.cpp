#include "emulator/app/engine_settings.h"

#include <utility>

namespace dynsessions {

runtimes::PythonSettings python_settings(const config::HostOptions& host,
                                         const std::string& font_set) {
  return {.python = host.python,
          .zygote = !host.no_zygote,
          .preload = host.preload,
          .hash_seed = host.deterministic,
          .font_set = font_set};
}

sandbox::LauncherSpec launcher_spec(const config::HostOptions& host, sandbox::Tier tier) {
  sandbox::LauncherSpec spec;
  spec.tier = tier;
  spec.cgroups = host.cgroups;
  return spec;
}

std::shared_ptr<const SessionPython> make_session_python(const config::HostOptions& host,
                                                         const std::optional<TierChoice>& tier,
                                                         const std::filesystem::path& font_set,
                                                         const runtimes::Installation& installation,
                                                         std::optional<packages::KeptLayer> layer) {
  if (!tier) return nullptr;
  runtimes::PythonSettings settings = python_settings(host, font_set.string());
  if (layer) settings.python = layer->python();
  return std::make_shared<SessionPython>(std::move(layer), settings, installation, tier->tier);
}

bool counts_uploads(const std::optional<TierChoice>& tier) {
  return !tier || tier->tier != sandbox::Tier::full;
}

std::string sandbox_description(const std::optional<TierChoice>& tier) {
  return tier ? description_of(*tier) : "none: scripts answer, no program runs";
}

}  // namespace dynsessions
