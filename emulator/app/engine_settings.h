#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "emulator/app/session_python.h"
#include "emulator/app/tier_choice.h"
#include "emulator/config/config.h"
#include "sandbox/protocol/launcher_spec.h"

/// Settings of launcher and runtime, made from the configuration.
namespace dynsessions {

/// `font_set` is what prepare_fonts() returned.
[[nodiscard]] runtimes::PythonSettings python_settings(const config::HostOptions& host,
                                                       const std::string& font_set = {});
[[nodiscard]] sandbox::LauncherSpec launcher_spec(const config::HostOptions& host,
                                                  sandbox::Tier tier);

// There is no tier with `--engine scripts`, which needs neither launcher nor Python.

/// The Python of the sessions: that of the layer, or without a layer that of `host`. Null without
/// a tier. Throws EngineUnavailable if it does not exist.
[[nodiscard]] std::shared_ptr<const SessionPython> make_session_python(
    const config::HostOptions& host, const std::optional<TierChoice>& tier,
    const std::filesystem::path& font_set, const runtimes::Installation& installation,
    std::optional<packages::KeptLayer> layer);
/// Whether uploads are counted: only the full tier has a file system per session, which enforces
/// its quota.
[[nodiscard]] bool counts_uploads(const std::optional<TierChoice>& tier);
/// For the banner.
[[nodiscard]] std::string sandbox_description(const std::optional<TierChoice>& tier);

}  // namespace dynsessions
