#pragma once

#include <string>

#include "emulator/base/terminal_style.h"
#include "emulator/doctor/check.h"

namespace dynsessions::doctor {

/// False when a check is bad.
[[nodiscard]] bool is_healthy(const Checks& checks);

/// A line per check below the name of its section, with its cure on the next one.
[[nodiscard]] std::string to_text(const Checks& checks, const TerminalStyle& style = {});

/// {"healthy":true,"checks":[{"section":…,"name":…,"verdict":"good","finding":…,"cure":…},…]} and a
/// line end. What is not UTF-8 (a path may be anything) becomes U+FFFD.
[[nodiscard]] std::string to_json(const Checks& checks);

}  // namespace dynsessions::doctor
