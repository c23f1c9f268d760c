#include "emulator/app/engine_settings.h"

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

std::optional<runtimes::PythonRuntime> make_runtime(const config::Config& config,
                                                    const std::optional<TierChoice>& tier,
                                                    const std::filesystem::path& font_set,
                                                    const runtimes::Installation& installation) {
  if (!tier) return std::nullopt;
  return std::optional<runtimes::PythonRuntime>(
      std::in_place, python_settings(config.host, font_set.string()), installation, tier->tier);
}

std::filesystem::path python_prefix(const config::Config& config,
                                    const std::optional<TierChoice>& tier,
                                    const runtimes::Installation& installation) {
  if (!tier) return {};
  return session_python(python_settings(config.host), installation).parent_path().parent_path();
}

bool counts_uploads(const std::optional<TierChoice>& tier) {
  return !tier || tier->tier != sandbox::Tier::full;
}

std::string sandbox_description(const std::optional<TierChoice>& tier) {
  return tier ? description_of(*tier) : "none: scripts answer, no program runs";
}

}  // namespace dynsessions
