#pragma once

#include <string>

#include "emulator/base/terminal_style.h"
#include "emulator/doctor/check.h"

namespace dynsessions::doctor {

/// Returns false if a check is bad.
[[nodiscard]] bool is_healthy(const Checks& checks);

/// One line for each check below the name of its section; the cure is on the next line.
[[nodiscard]] std::string to_text(const Checks& checks, const TerminalStyle& style = {});

/// {"healthy":true,"checks":[{"section":…,"name":…,"verdict":"good","finding":…,"cure":…},…]} and a
/// line end. Invalid UTF-8, which a path can contain, becomes U+FFFD.
[[nodiscard]] std::string to_json(const Checks& checks);

}  // namespace dynsessions::doctor
