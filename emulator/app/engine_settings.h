#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "emulator/app/tier_choice.h"
#include "emulator/config/config.h"
#include "emulator/runtimes/python_runtime.h"
#include "sandbox/protocol/launcher_spec.h"

/// Settings of launcher and runtime, made from the configuration.
namespace dynsessions {

/// `font_set` is what prepare_fonts() returned.
[[nodiscard]] runtimes::PythonSettings python_settings(const config::HostOptions& host,
                                                       const std::string& font_set = {});
[[nodiscard]] sandbox::LauncherSpec launcher_spec(const config::HostOptions& host,
                                                  sandbox::Tier tier);

// There is no tier with `--engine scripts`, which needs neither launcher nor Python.

/// The Python of the sessions; nullopt without a tier.
[[nodiscard]] std::optional<runtimes::PythonRuntime> make_runtime(
    const config::Config& config, const std::optional<TierChoice>& tier,
    const std::filesystem::path& font_set, const runtimes::Installation& installation);
/// The prefix of the environment that sessions run; empty without a tier.
[[nodiscard]] std::filesystem::path python_prefix(const config::Config& config,
                                                  const std::optional<TierChoice>& tier,
                                                  const runtimes::Installation& installation);
/// Whether uploads are counted: only the full tier has a file system per session, which enforces
/// its quota.
[[nodiscard]] bool counts_uploads(const std::optional<TierChoice>& tier);
/// For the banner.
[[nodiscard]] std::string sandbox_description(const std::optional<TierChoice>& tier);

}  // namespace dynsessions
