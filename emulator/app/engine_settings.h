#pragma once

#include "emulator/config/config.h"
#include "emulator/runtimes/python_runtime.h"
#include "sandbox/protocol/launcher_spec.h"

/// The parts of the configuration that concern what runs sessions, in the words of those parts.
namespace dynsessions {

[[nodiscard]] runtimes::PythonSettings python_settings(const config::HostOptions& host);
[[nodiscard]] sandbox::LauncherSpec launcher_spec(const config::HostOptions& host,
                                                  sandbox::Tier tier);

}  // namespace dynsessions
