#include "emulator/app/engine_settings.h"

namespace dynsessions {

runtimes::PythonSettings python_settings(const config::HostOptions& host) {
  return {.python = host.python,
          .zygote = !host.no_zygote,
          .preload = host.preload,
          .hash_seed = host.deterministic};
}

sandbox::LauncherSpec launcher_spec(const config::HostOptions& host, sandbox::Tier tier) {
  sandbox::LauncherSpec spec;
  spec.tier = tier;
  spec.cgroups = host.cgroups;
  return spec;
}

}  // namespace dynsessions
