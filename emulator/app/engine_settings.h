#pragma once

#include <string>

#include "emulator/config/config.h"
#include "emulator/runtimes/python_runtime.h"
#include "sandbox/protocol/launcher_spec.h"

/// The parts of the configuration that concern what runs sessions, in the words of those parts.
namespace dynsessions {

/// `font_set` is what prepare_fonts() returned.
[[nodiscard]] runtimes::PythonSettings python_settings(const config::HostOptions& host,
                                                       const std::string& font_set = {});
[[nodiscard]] sandbox::LauncherSpec launcher_spec(const config::HostOptions& host,
                                                  sandbox::Tier tier);

}  // namespace dynsessions
