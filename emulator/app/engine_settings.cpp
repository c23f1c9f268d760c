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

}  // namespace dynsessions
